import type { RequestContext } from './context.js';
import type { Session, User } from './object-types.js';
import { maySeeUser } from './visibility.policy.js';

interface Representation {
  readonly id: string;
}

/** How `_entities` finds what another subgraph refers to. Gives away nothing that the fields themselves would not. */
export const entityReferences = {
  User: {
    async __resolveReference({ id }: Representation, { loaders }: RequestContext): Promise<User | null> {
      return (await loaders.users.load(id)) ? { id } : null;
    },
  },
  Session: {
    async __resolveReference({ id }: Representation, { loaders, session: viewer }: RequestContext): Promise<Session | null> {
      const session = viewer && (await loaders.sessions.load(id));
      return session && maySeeUser(viewer, session.user.id, 'sessions:read') ? { id } : null;
    },
  },
};
