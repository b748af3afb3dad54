import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { SessionEndReason } from './session.entity.js';

/** Which sessions to end: one, one if it is this user's, or all of a user's but one. */
export type SessionsToEnd =
  | { readonly id: string; readonly userId?: string }
  | { readonly userId: string; readonly exceptId?: string };

/** A session that is over before its time. */
export interface EndedSession {
  readonly id: string;
  readonly realmId: string;
  readonly userId: string;
  readonly endedAt: Date;
  /** When its last rotation's access token expires; null where the first version made it. */
  readonly accessExpiresAt: Date | null;
}

interface Row {
  readonly id: string;
  readonly realm_id: string;
  readonly user_id: string;
  readonly ended_at: string;
  readonly access_expires_at: string | null;
}

const COLUMNS = 'id, realm_id, user_id, ended_at, access_expires_at';
const END = `update sessions set ended_at = $2, end_reason = $3
  where realm_id = $1 and ended_at is null and expires_at > $2`;
const END_ONE = `${END} and id = $4 and user_id = coalesce($5::uuid, user_id)
  returning ${COLUMNS}`;
const END_OF_USER = `${END} and user_id = $4 and id is distinct from $5::uuid
  returning ${COLUMNS}`;

/** Ends the live ones among them, in one statement; resolves to those. */
export async function endSessions(
  sql: SqlExecutor,
  realm: Realm,
  which: SessionsToEnd,
  reason: SessionEndReason,
  now: Date,
): Promise<EndedSession[]> {
  const [statement, id, other = null] =
    'id' in which ? [END_ONE, which.id, which.userId] : [END_OF_USER, which.userId, which.exceptId];
  return (await sql.query<Row>(statement, [realm.id, now, reason, id, other])).map(fromRow);
}

const SINCE = `select ${COLUMNS} from sessions where ended_at > $1`;

/** Of all realms. */
export async function sessionsEndedSince(sql: SqlExecutor, since: Date): Promise<EndedSession[]> {
  return (await sql.query<Row>(SINCE, [since])).map(fromRow);
}

const IS_ALIVE = 'select 1 from sessions where id = $1 and realm_id = $2 and ended_at is null';

export async function isSessionAlive(sql: SqlExecutor, realm: Realm, id: string): Promise<boolean> {
  return (await sql.query(IS_ALIVE, [id, realm.id])).length > 0;
}

const DELETE_OVER = `delete from sessions where (id, realm_id) in (
    select id, realm_id from sessions
    where realm_id = $1 and (expires_at < $2 or ended_at < $2) limit $3
  ) returning id`;

/** Deletes up to `most` sessions that were over before `before`; resolves to how many. */
export async function deleteSessionsOverBefore(
  sql: SqlExecutor,
  realm: Realm,
  before: Date,
  most: number,
): Promise<number> {
  return (await sql.query(DELETE_OVER, [realm.id, before, most])).length;
}

function fromRow({ id, realm_id, user_id, ended_at, access_expires_at }: Row): EndedSession {
  return {
    id,
    realmId: realm_id,
    userId: user_id,
    endedAt: new Date(ended_at),
    accessExpiresAt: access_expires_at === null ? null : new Date(access_expires_at),
  };
}
