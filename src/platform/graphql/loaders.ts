import DataLoader from 'dataloader';
import type { Services } from '../../app/services.js';
import { findSessions, type ListedSession } from '../../features/sessions/session-queries.js';
import { findUsers, type ListedUser } from '../../features/users/user-store.js';
import { isId } from '../../kernel/ids.js';

/** Batched reads for one request: N objects of a kind cost one query. */
export interface Loaders {
  readonly users: DataLoader<string, ListedUser | undefined>;
  readonly sessions: DataLoader<string, ListedSession | undefined>;
}

export function createLoaders(services: Services): Loaders {
  return new LazyLoaders(services);
}

/** Most requests load nothing. */
class LazyLoaders implements Loaders {
  readonly #services: Services;
  #users: Loaders['users'] | undefined;
  #sessions: Loaders['sessions'] | undefined;

  constructor(services: Services) {
    this.#services = services;
  }

  get users(): Loaders['users'] {
    const { database, realmId } = this.#services;
    this.#users ??= byId((ids) => findUsers(database, realmId, ids));
    return this.#users;
  }

  get sessions(): Loaders['sessions'] {
    const { database, realmId } = this.#services;
    this.#sessions ??= byId((ids) => findSessions(database, realmId, ids));
    return this.#sessions;
  }
}

function byId<Row extends { id: string }>(
  find: (ids: readonly string[]) => Promise<Row[]>,
): DataLoader<string, Row | undefined> {
  return new DataLoader(async (ids) => {
    const rows = await find(ids.filter(isId)); // anything else is nobody's id, and the database would call it an error
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id.toLowerCase()));
  });
}
