import type { GraphQLSchema } from 'graphql';

const MARK = 'authgraph';

/**
 * In the schema's extensions, so that it survives when the schema is copied, as schema transforms
 * do.
 */
export function markEnforced(schema: GraphQLSchema): void {
  schema.extensions = { ...schema.extensions, [MARK]: { enforced: true } };
}

/** True for a schema that went through authDirectives. */
export function isEnforced(schema: GraphQLSchema): boolean {
  // only markEnforced sets it
  return (schema.extensions[MARK] as { enforced?: boolean } | undefined)?.enforced === true;
}
