import type { EntityManager } from '@mikro-orm/sql';
import type { Database } from '../../platform/database/database.js';
import { Session } from './session.entity.js';

/** What is shown of a session. */
export type ListedSession = Pick<
  Session,
  'id' | 'createdAt' | 'lastUsedAt' | 'expiresAt' | 'ipAddress' | 'userAgent'
> & {
  readonly user: { readonly id: string };
};

const FIND = `select id, user_id, created_at, last_used_at, expires_at, ip_address, user_agent
  from sessions where realm_id = $1 and id = any($2)`;

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
}

export async function findSessions(
  database: Database,
  realmId: string,
  ids: readonly string[],
): Promise<ListedSession[]> {
  const rows = await database.query<Row>(FIND, [realmId, ids]);
  return rows.map((row) => ({
    id: row.id,
    user: { id: row.user_id },
    createdAt: new Date(row.created_at),
    lastUsedAt: new Date(row.last_used_at),
    expiresAt: new Date(row.expires_at),
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
  }));
}

export interface SessionPage {
  readonly sessions: ListedSession[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

/** A user's live sessions, newest first, from behind the one with the id `after`. */
export async function pageOfSessions(
  em: EntityManager,
  realmId: string,
  userId: string,
  page: { readonly first: number; readonly after?: string | undefined },
  now: Date,
): Promise<SessionPage> {
  const live = { realm: realmId, user: { id: userId }, endedAt: null, expiresAt: { $gt: now } };
  const behind = page.after === undefined ? {} : { id: { $lt: page.after } };
  const found = await em.find(
    Session,
    { ...live, ...behind },
    { orderBy: { id: 'desc' }, limit: page.first + 1 },
  );
  const totalCount = await em.count(Session, live);
  return {
    sessions: found.slice(0, page.first),
    hasNextPage: found.length > page.first,
    totalCount,
  };
}

/** Deletes up to `most` sessions that were over before `before`; resolves to how many. */
export async function deleteSessionsOverBefore(
  em: EntityManager,
  realmId: string,
  before: Date,
  most: number,
): Promise<number> {
  const over = {
    realm: realmId,
    $or: [{ expiresAt: { $lt: before } }, { endedAt: { $lt: before } }],
  };
  const ids = await em.find(Session, over, {
    fields: ['id'],
    limit: most,
    disableIdentityMap: true,
  });
  return em.nativeDelete(Session, { realm: realmId, id: { $in: ids.map(({ id }) => id) } });
}
