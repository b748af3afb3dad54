import type { GraphQLInterfaceType, GraphQLObjectType, GraphQLResolveInfo } from 'graphql';
import type { AccessCheck } from './access-check.js';

type ResolveReference = (reference: unknown, context: unknown, info: GraphQLResolveInfo) => unknown;

/** Where @apollo/subgraph keeps a type's `__resolveReference`. */
interface SubgraphExtensions {
  readonly apollo?: { readonly subgraph?: { readonly resolveReference?: ResolveReference } };
}

/**
 * Keeps `_entities` from even looking up an entity that the request may not have. A rejection costs
 * that entity only, a throw all of them.
 */
export function guardReferenceResolver(
  type: GraphQLObjectType | GraphQLInterfaceType,
  check: AccessCheck | undefined,
): void {
  const extensions: SubgraphExtensions = type.extensions;
  const resolveReference = extensions.apollo?.subgraph?.resolveReference;
  if (check === undefined || resolveReference === undefined) return;
  const guarded: ResolveReference = async (reference, context, info) => {
    await check(context);
    return resolveReference(reference, context, info);
  };
  const apollo = {
    ...extensions.apollo,
    subgraph: { ...extensions.apollo?.subgraph, resolveReference: guarded },
  };
  type.extensions = { ...type.extensions, apollo };
}
