import type { EntityManager } from '@mikro-orm/sql';
import { Session } from '../storage/session.entity.js';

export async function findSessions(em: EntityManager, realmId: string, ids: readonly string[]): Promise<Session[]> {
  return em.find(Session, { realm: realmId, id: { $in: [...ids] } });
}

export interface SessionPage {
  readonly sessions: Session[];
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
  const found = await em.find(Session, { ...live, ...behind }, { orderBy: { id: 'desc' }, limit: page.first + 1 });
  const totalCount = await em.count(Session, live);
  return { sessions: found.slice(0, page.first), hasNextPage: found.length > page.first, totalCount };
}

/** Deletes up to `most` sessions that were over before `before`; resolves to how many. */
export async function deleteSessionsOverBefore(em: EntityManager, realmId: string, before: Date, most: number): Promise<number> {
  const over = { realm: realmId, $or: [{ expiresAt: { $lt: before } }, { endedAt: { $lt: before } }] };
  const ids = await em.find(Session, over, { fields: ['id'], limit: most, disableIdentityMap: true });
  return em.nativeDelete(Session, { realm: realmId, id: { $in: ids.map(({ id }) => id) } });
}
