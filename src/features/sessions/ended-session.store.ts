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

/** A session's place in the order of the realm's sessions. */
export interface SessionPlace {
  readonly userId: string;
  readonly id: string;
}

const FIRST_ID = '00000000-0000-0000-0000-000000000000';
export const FIRST_SESSION: SessionPlace = { userId: FIRST_ID, id: FIRST_ID };

const DELETE_OVER = `with step as (
    select id, user_id, expires_at, ended_at from sessions
    where realm_id = $1 and (user_id, id) > ($2, $3) order by user_id, id limit $5
  ), gone as (
    delete from sessions where realm_id = $1 and id in (
      select id from step where expires_at < $4 or ended_at < $4
    ) and (expires_at < $4 or ended_at < $4) returning 1
  )
  select (select count(*)::int from gone) as deleted, (select count(*)::int from step) as looked,
    (select json_build_object('userId', user_id, 'id', id)::text from step
      order by user_id desc, id desc limit 1) as last`;

interface Step {
  readonly deleted: number;
  readonly looked: number;
  /** The last that was looked at; undefined when there was none. */
  readonly last: SessionPlace | undefined;
}

/** Of up to `most` sessions from behind `place` deletes those that were over before `before`. */
export async function deleteOverAfter(
  sql: SqlExecutor,
  realm: Realm,
  before: Date,
  place: SessionPlace,
  most: number,
): Promise<Step> {
  const values = [realm.id, place.userId, place.id, before, most];
  const rows = await sql.query<{ deleted: number; looked: number; last: string | null }>(
    DELETE_OVER,
    values,
  );
  const { deleted = 0, looked = 0, last = null } = rows[0] ?? {};
  return { deleted, looked, last: last === null ? undefined : JSON.parse(last) };
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
