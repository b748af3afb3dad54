import type { GraphQLSchema } from 'graphql';
import { maySeeUser } from '../../features/users/visibility.policy.js';
import { AuthError } from '../../kernel/auth-error.js';
import type { RequestContext } from './context.js';
import type { Session, User } from './object-types.js';

interface Representation {
  readonly id: string;
}

/** How `_entities` finds what another subgraph refers to. Gives away nothing that the fields themselves would not. */
export const entityReferences = {
  User: {
    async __resolveReference(
      { id }: Representation,
      { loaders }: RequestContext,
    ): Promise<User | null> {
      const user = await loaders.users.load(id);
      return user === undefined ? null : { id: user.id }; // as stored: a UUID may come in capitals
    },
  },
  Session: {
    async __resolveReference(
      { id }: Representation,
      { loaders, session: viewer }: RequestContext,
    ): Promise<Session | null> {
      const session = viewer && (await loaders.sessions.load(id));
      return session && maySeeUser(viewer, session.user.id, 'sessions:read')
        ? { id: session.id }
        : null;
    },
  },
};

/** Refuses what refers to none of these entities: Apollo's own resolver would report it as a failure of this service. */
export function checkRepresentations(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()._entities;
  const resolve = field?.resolve;
  if (field === undefined || resolve === undefined)
    throw new Error('the subgraph has no _entities');
  field.resolve = (source, args: { representations: unknown[] }, context, info) => {
    if (!args.representations.every(isReference)) {
      throw new AuthError(
        'BAD_USER_INPUT',
        `A representation needs an "id" and a "__typename" of ${Object.keys(entityReferences).join(' or ')}.`,
      );
    }
    return resolve(source, args, context, info);
  };
}

function isReference(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { __typename, id } = value as Record<string, unknown>; // an object that is not null
  return (
    typeof __typename === 'string' &&
    Object.hasOwn(entityReferences, __typename) &&
    typeof id === 'string'
  );
}
