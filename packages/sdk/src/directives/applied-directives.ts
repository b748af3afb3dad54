import type { ConstDirectiveNode } from 'graphql';
import { argumentsOf } from './links.js';

export interface AppliedDirective {
  readonly name: string;
  readonly args: Record<string, unknown>;
}

/** The part of a graphql type or field that can carry directives. */
export interface Directable {
  readonly astNode?:
    | { readonly directives?: readonly ConstDirectiveNode[] | undefined }
    | null
    | undefined;
  readonly extensionASTNodes?:
    | readonly { readonly directives?: readonly ConstDirectiveNode[] | undefined }[]
    | undefined;
  readonly extensions?: { readonly directives?: unknown };
}

/**
 * The directives on an element: from its SDL and, for schemas that are built in code, from
 * `extensions.directives`, in either of the two forms in use there: `{ name: args }` and `[{ name,
 * args }]`.
 */
export function appliedDirectives({
  astNode,
  extensionASTNodes,
  extensions,
}: Directable): AppliedDirective[] {
  const nodes = [astNode, ...(extensionASTNodes ?? [])].flatMap((node) => node?.directives ?? []);
  return [
    ...nodes.map((node) => ({ name: node.name.value, args: argumentsOf(node) })),
    ...fromExtensions(extensions?.directives),
  ];
}

function fromExtensions(directives: unknown): AppliedDirective[] {
  if (Array.isArray(directives))
    return directives.map(({ name, args }) => ({ name, args: Object(args) }));
  return Object.entries(Object(directives)).flatMap(([name, args]) =>
    (Array.isArray(args) ? args : [args]).map((each) => ({ name, args: Object(each) })),
  );
}
