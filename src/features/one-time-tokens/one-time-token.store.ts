import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

export interface NewToken {
  readonly hash: Buffer;
  readonly purpose: string;
  readonly subject: string;
  readonly userId: string | null;
  readonly data: object;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

const INSERT = `insert into one_time_tokens
    (hash, realm_id, purpose, subject, user_id, data, created_at, expires_at)
  values ($1, $2, $3, $4, $5, $6::jsonb, $7, $8)`;

export async function insertToken(sql: SqlExecutor, realm: Realm, token: NewToken): Promise<void> {
  const { hash, purpose, subject, userId, data, createdAt, expiresAt } = token;
  const values = [hash, realm.id, purpose, subject, userId, JSON.stringify(data)];
  await sql.query(INSERT, [...values, createdAt, expiresAt]);
}

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/** Whoever else issues a token of this purpose to this subject waits until the transaction ends. */
export async function lockTokens(
  sql: SqlExecutor,
  realm: Realm,
  { subject, purpose }: { readonly subject: string; readonly purpose: string },
): Promise<void> {
  await sql.query(LOCK, [`authgraph:one-time-token:${realm.id}:${purpose}:${subject}`]);
}

const EXPIRE = `update one_time_tokens set expires_at = $3
  where realm_id = $1 and subject = $2 and used_at is null and expires_at > $3`;
const EXPIRE_PURPOSE = `${EXPIRE} and purpose = $4`;

/** Those of one purpose that have not been used are good no more. */
export async function expireTokens(
  sql: SqlExecutor,
  realm: Realm,
  { subject, purpose }: { readonly subject: string; readonly purpose: string },
  now: Date,
): Promise<void> {
  await sql.query(EXPIRE_PURPOSE, [realm.id, subject, now, purpose]);
}

/** All of them. */
export async function expireAllTokens(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
  now: Date,
): Promise<void> {
  await sql.query(EXPIRE, [realm.id, subject, now]);
}

export interface StoredToken {
  readonly purpose: string;
  readonly userId: string | null;
  readonly data: object;
  readonly isUsed: boolean;
  readonly isExpired: boolean;
}

interface Row extends Omit<StoredToken, 'data'> {
  readonly data: object | string;
}

/** A disabled user's tokens are good for nothing until they are enabled again. */
const FIND = `select t.purpose, t.user_id as "userId", t.data, t.used_at is not null as "isUsed",
    t.expires_at <= $3 or u.disabled_at is not null as "isExpired"
  from one_time_tokens t
  left join users u on u.id = t.user_id and u.realm_id = t.realm_id
  where t.hash = $1 and t.realm_id = $2`;

export async function findToken(
  sql: SqlExecutor,
  realm: Realm,
  hash: Buffer,
  now: Date,
): Promise<StoredToken | undefined> {
  const [row] = await sql.query<Row>(FIND, [hash, realm.id, now]);
  return row && { ...row, data: parsed(row.data), isExpired: row.isExpired === true };
}

/** The row's lock lets one of several at once through; the others find it used. */
const SPEND = `update one_time_tokens set used_at = $3
  where hash = $1 and realm_id = $2 and used_at is null and expires_at > $3 returning purpose`;

/** False when it was spent, or expired, meanwhile. */
export async function spendToken(
  sql: SqlExecutor,
  realm: Realm,
  hash: Buffer,
  now: Date,
): Promise<boolean> {
  return (await sql.query(SPEND, [hash, realm.id, now])).length > 0;
}

const DELETE = `delete from one_time_tokens where (hash, realm_id) in (
    select hash, realm_id from one_time_tokens where expires_at < $1 limit $2
  ) returning purpose`;

/** Deletes up to `most` that expired before `before`, of all realms; resolves to how many. */
export async function deleteTokensExpiredBefore(
  sql: SqlExecutor,
  before: Date,
  most: number,
): Promise<number> {
  return (await sql.query(DELETE, [before, most])).length;
}

/** pg and PGlite hand jsonb over parsed; MikroORM may have told the driver not to. */
function parsed(data: object | string): object {
  return typeof data === 'string' ? JSON.parse(data) : data;
}
