import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { authDirectives } from '@authgraph/sdk';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, parse, print } from 'graphql';
import { buildSchemaSync, type ContainerType, createResolversMap } from 'type-graphql';
import type { ResolverClass } from '../feature.js';
import { checkRepresentations, type EntityReferences } from './entity-references.js';
import { withListSizes } from './list-sizes.js';

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: [
    "@key", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@tag", "@inaccessible",
    "@cost", "@listSize"
  ]
)`;

/** The executable subgraph, and the SDL that describes it with its federation directives. */
export interface Subgraph {
  readonly schema: GraphQLSchema;
  readonly sdl: string;
}

/**
 * What the features bring to the graph. Without instances the schema can be printed, not served.
 */
export interface SubgraphParts {
  readonly resolvers: readonly ResolverClass[];
  readonly instances?: readonly object[];
  readonly references?: EntityReferences;
}

/** Our own directives guard our own fields: what says `@requiresScopes` is guarded. */
export function buildSubgraph(parts: SubgraphParts): Subgraph {
  const [first, ...others] = parts.resolvers;
  if (first === undefined) throw new Error('no feature brings a resolver');
  const schema = buildSchemaSync({
    resolvers: [first, ...others],
    container: containerOf(parts.instances ?? []),
    validate: false,
    skipCheck: true,
  });
  const typeDefs = withListSizes(parse(`${LINK}\n\n${printSchemaWithDirectives(schema)}`));
  const resolvers = createResolversMap(schema);
  const references = parts.references ?? {};
  for (const [name, __resolveReference] of Object.entries(references)) {
    Object.assign(resolvers[name] ?? {}, { __resolveReference });
  }
  // The two libraries describe one and the same resolver map in types that differ only in enums.
  const modules = [{ typeDefs, resolvers: resolvers as GraphQLResolverMap<unknown> }];
  const subgraph = authDirectives(buildSubgraphSchema(modules));
  checkRepresentations(subgraph, Object.keys(references));
  return { schema: subgraph, sdl: `${print(typeDefs)}\n` };
}

/** Resolvers are the instances that the features built, each with what it needs and no more. */
function containerOf(instances: readonly object[]): ContainerType {
  const byClass = new Map<unknown, object>(
    instances.map((instance) => [instance.constructor, instance]),
  );
  return {
    get(resolver) {
      const instance = byClass.get(resolver);
      if (instance === undefined) throw new Error(`no feature made ${resolver.name}`);
      return instance;
    },
  };
}
