import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

/** What the database answers about a session whose refresh token is presented. */
export interface StoredSession {
  readonly id: string;
  readonly userId: string;
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly absoluteExpiresAt: Date;
  readonly endedAt: Date | null;
  readonly amr: string[];
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly generation: number;
  readonly currentHash: Uint8Array;
  readonly previousHash: Uint8Array | null;
  readonly rotatedAt: Date | null;
  readonly successorNonce: Uint8Array | null;
  /** Of the key that the session is bound to; null for a bearer session. */
  readonly keyThumbprint: string | null;
  readonly owner: SessionOwner;
}

/** What tokens say of a session's user. */
export interface SessionOwner {
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  /** Of the roles that the realm defined. */
  readonly roleScopes: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

const OWNER = `json_build_object('emailVerified', u.email_verified_at is not null,
    'roles', u.roles, 'metadata', u.public_metadata,
    'roleScopes', array(select scope from roles r, unnest(r.scopes) as scope
      where r.realm_id = u.realm_id and r.name = any(u.roles)))::text as owner`;

const COLUMNS = `s.id, s.user_id as "userId", s.created_at as "createdAt",
  s.last_used_at as "lastUsedAt", s.expires_at as "expiresAt",
  s.absolute_expires_at as "absoluteExpiresAt", s.ended_at as "endedAt", s.amr,
  s.ip_address as "ipAddress", s.user_agent as "userAgent", s.generation,
  s.current_hash as "currentHash", s.previous_hash as "previousHash",
  s.rotated_at as "rotatedAt", s.successor_nonce as "successorNonce",
  s.key_thumbprint as "keyThumbprint", ${OWNER}`;

/** The same as the driver returns it: times and JSON as text. */
type Row = {
  [Column in keyof StoredSession]: Column extends 'owner'
    ? string
    : Date extends StoredSession[Column]
      ? string | Exclude<StoredSession[Column], Date>
      : StoredSession[Column];
};

function fromRow(row: Row): StoredSession {
  const date = (text: string) => new Date(text);
  return {
    ...row,
    owner: JSON.parse(row.owner),
    createdAt: date(row.createdAt),
    lastUsedAt: date(row.lastUsedAt),
    expiresAt: date(row.expiresAt),
    absoluteExpiresAt: date(row.absoluteExpiresAt),
    endedAt: row.endedAt === null ? null : date(row.endedAt),
    rotatedAt: row.rotatedAt === null ? null : date(row.rotatedAt),
  };
}

/** A session as its sign-in stores it. */
export interface NewSession
  extends Pick<
    StoredSession,
    | 'id'
    | 'userId'
    | 'createdAt'
    | 'lastUsedAt'
    | 'expiresAt'
    | 'absoluteExpiresAt'
    | 'amr'
    | 'ipAddress'
    | 'userAgent'
    | 'generation'
    | 'currentHash'
    | 'keyThumbprint'
  > {
  readonly accessExpiresAt: Date;
}

/** The lock keeps a change of the user from passing by a session that it does not see yet. */
const INSERT = `with u as (
    select * from users where id = $3 and realm_id = $2 and disabled_at is null for share
  ), new_session as (
    insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at,
      absolute_expires_at, access_expires_at, amr, ip_address, user_agent, generation, current_hash,
      key_thumbprint)
    select $1, realm_id, id, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14 from u
  )
  select ${OWNER} from u`;

/** Resolves to what tokens say of the user; undefined, with nothing stored, when they are gone. */
export async function insertSession(
  sql: SqlExecutor,
  realm: Realm,
  session: NewSession,
): Promise<SessionOwner | undefined> {
  const [row] = await sql.query<{ owner: string }>(INSERT, [
    session.id,
    realm.id,
    session.userId,
    session.createdAt,
    session.lastUsedAt,
    session.expiresAt,
    session.absoluteExpiresAt,
    session.accessExpiresAt,
    session.amr,
    session.ipAddress,
    session.userAgent,
    session.generation,
    session.currentHash,
    session.keyThumbprint,
  ]);
  return row && JSON.parse(row.owner);
}

const EARLIER_USER_AGENTS = `select distinct user_agent as "userAgent" from (
    select user_agent from sessions where realm_id = $1 and user_id = $2 and id <> $3
    order by id desc limit 100
  ) as earlier`;

/** Where the user signed in before; empty when they never did. */
export async function earlierUserAgents(
  sql: SqlExecutor,
  realm: Realm,
  { id, userId }: Pick<NewSession, 'id' | 'userId'>,
): Promise<(string | null)[]> {
  const values = [realm.id, userId, id];
  const rows = await sql.query<{ userAgent: string | null }>(EARLIER_USER_AGENTS, values);
  return rows.map(({ userAgent }) => userAgent);
}

export interface Rotation {
  readonly sessionId: string;
  readonly generation: number;
  readonly presentedHash: Buffer;
  readonly successorHash: Buffer;
  readonly successorNonce: Buffer;
  readonly now: Date;
  readonly idleExpiresAt: Date;
  readonly accessExpiresAt: Date;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** Of the key that the caller proved to hold. */
  readonly proofKey: string | null;
  /** Whether a session that is bound to no key may go on. */
  readonly bearerAllowed: boolean;
}

/**
 * Spends the current refresh token if it is the presented one, the session is alive, and the key
 * that it is bound to was proven. The whole rotation is this one statement. A token of an earlier
 * rotation may be valid for longer than the one that follows now: the setting may be lower. Those
 * of the first version are valid for a day at most.
 */
const ROTATE = `update sessions s
  set previous_hash = s.current_hash, current_hash = $1, successor_nonce = $2,
    generation = s.generation + 1, rotated_at = $3, last_used_at = $3,
    expires_at = least($4, s.absolute_expires_at), access_expires_at =
      greatest($5, coalesce(s.access_expires_at, s.last_used_at + interval '1 day')),
    ip_address = $6, user_agent = $7
  from users u
  where s.id = $8 and s.realm_id = $9 and s.generation = $10 and s.current_hash = $11
    and s.ended_at is null and s.expires_at > $3
    and (s.key_thumbprint = $12 or (s.key_thumbprint is null and $13))
    and u.id = s.user_id and u.realm_id = s.realm_id and u.disabled_at is null
  returning ${COLUMNS}`;

/**
 * Resolves to the rotated session; undefined when the token was not a live session's current one.
 */
export async function rotate(
  sql: SqlExecutor,
  realm: Realm,
  rotation: Rotation,
): Promise<StoredSession | undefined> {
  const [row] = await sql.query<Row>(ROTATE, [
    rotation.successorHash,
    rotation.successorNonce,
    rotation.now,
    rotation.idleExpiresAt,
    rotation.accessExpiresAt,
    rotation.ipAddress,
    rotation.userAgent,
    rotation.sessionId,
    realm.id,
    rotation.generation,
    rotation.presentedHash,
    rotation.proofKey,
    rotation.bearerAllowed,
  ]);
  return row && fromRow(row);
}

const FIND = `select ${COLUMNS} from sessions s
  join users u on u.id = s.user_id and u.realm_id = s.realm_id
  where s.id = $1 and s.realm_id = $2 and u.disabled_at is null`;

/** The session of that id; one whose user is disabled counts as absent. */
export async function findSession(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<StoredSession | undefined> {
  const [row] = await sql.query<Row>(FIND, [id, realm.id]);
  return row && fromRow(row);
}
