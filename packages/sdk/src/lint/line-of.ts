import type { ConstDirectiveNode, FieldDefinitionNode } from 'graphql';

/** Where its name stands, and not its description. */
export function lineOf({ name }: FieldDefinitionNode | ConstDirectiveNode): number {
  return name.loc?.startToken.line ?? 0;
}
