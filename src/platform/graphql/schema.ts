import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { type GraphQLSchema, parse, print } from 'graphql';
import { buildSchemaSync, createResolversMap } from 'type-graphql';
import { PasswordResolver } from '../../features/password/password.resolver.js';
import { SessionResolver } from '../../features/sessions/session.resolver.js';
import { SessionLifeResolver } from '../../features/sessions/session-life.resolver.js';
import { ViewerResolver } from '../../features/sessions/viewer.resolver.js';
import { UserResolver } from '../../features/users/user.resolver.js';
import { checkRepresentations, entityReferences } from './entity-references.js';

/** Every resolver of the service. A new kind of credential adds its own here. */
const RESOLVERS = [
  ViewerResolver,
  UserResolver,
  SessionResolver,
  SessionLifeResolver,
  PasswordResolver,
] as const;

const LINK = `extend schema @link(
  url: "https://specs.apollo.dev/federation/v2.9"
  import: ["@key", "@shareable", "@authenticated", "@requiresScopes", "@policy", "@tag", "@inaccessible"]
)`;

/** The executable subgraph, and the SDL that describes it with its federation directives. */
export interface Subgraph {
  readonly schema: GraphQLSchema;
  readonly sdl: string;
}

export function buildSubgraph(): Subgraph {
  const schema = buildSchemaSync({ resolvers: RESOLVERS, validate: false, skipCheck: true });
  const typeDefs = parse(`${LINK}\n\n${printSchemaWithDirectives(schema)}`);
  const resolvers = createResolversMap(schema);
  for (const [name, references] of Object.entries(entityReferences))
    Object.assign(resolvers[name] ?? {}, references);
  // The two libraries describe one and the same resolver map in types that differ only in enums.
  const modules = [{ typeDefs, resolvers: resolvers as GraphQLResolverMap<unknown> }];
  const subgraph = buildSubgraphSchema(modules);
  checkRepresentations(subgraph);
  return { schema: subgraph, sdl: `${print(typeDefs)}\n` };
}
