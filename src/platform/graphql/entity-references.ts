import type { GraphQLSchema } from 'graphql';
import { AuthError } from '../../kernel/auth-error.js';
import { MOST_A_PAGE } from './connection.js';
import type { RequestContext } from './context.js';

export interface Representation {
  readonly id: string;
}

/** How `_entities` finds what another subgraph refers to, by type. */
export interface EntityReferences {
  readonly [typeName: string]: (
    representation: Representation,
    context: RequestContext,
  ) => Promise<object | null>;
}

/** As many as the longest page has. */
const MOST_REPRESENTATIONS = MOST_A_PAGE;

/** Refuses what refers to no entity: Apollo's own resolver would report it as our failure. */
export function checkRepresentations(schema: GraphQLSchema, entities: readonly string[]): void {
  const field = schema.getQueryType()?.getFields()._entities;
  const resolve = field?.resolve;
  if (field === undefined || resolve === undefined)
    throw new Error('the subgraph has no _entities');
  field.resolve = (source, args: { representations: unknown[] }, context, info) => {
    if (args.representations.length > MOST_REPRESENTATIONS) {
      throw new AuthError(
        'BAD_USER_INPUT',
        `At most ${MOST_REPRESENTATIONS} representations can be resolved at once.`,
      );
    }
    if (!args.representations.every((value) => isReference(value, entities))) {
      throw new AuthError(
        'BAD_USER_INPUT',
        `A representation needs an "id" and a "__typename" of ${entities.join(' or ')}.`,
      );
    }
    return resolve(source, args, context, info);
  };
}

function isReference(value: unknown, entities: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { __typename, id } = value as Record<string, unknown>; // an object that is not null
  return typeof __typename === 'string' && entities.includes(__typename) && typeof id === 'string';
}
