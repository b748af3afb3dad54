import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface CoreSessionRow {
  readonly id: string;
  readonly tenantId: string;
  /** The recipe user, or whatever text the application gave. */
  readonly subject: string;
  /** The primary user it belongs to now, as it is known outside; else the subject. */
  readonly userId: string;
  /** Ours, if it is one of ours. */
  readonly ownerId: string | null;
  readonly refreshHash: string;
  readonly usesStaticKey: boolean;
  readonly data: string;
  readonly claims: string;
  readonly expiresAt: Date;
  readonly createdAt: Date;
}

type Row = Omit<CoreSessionRow, 'expiresAt' | 'createdAt'> & {
  readonly expiresAt: string;
  readonly createdAt: string;
};

function fromRow(row: Row): CoreSessionRow {
  return { ...row, expiresAt: new Date(row.expiresAt), createdAt: new Date(row.createdAt) };
}

function columnsOf(table: string): string {
  return `${table}.id, ${table}.tenant_id as "tenantId", ${table}.subject,
    coalesce((select m.external_id from supertokens_user_ids m
      where m.realm_id = ${table}.realm_id and m.user_id = ${table}.user_id),
      ${table}.user_id::text, ${table}.subject) as "userId",
    ${table}.user_id as "ownerId", ${table}.refresh_hash as "refreshHash",
    ${table}.uses_static_key as "usesStaticKey", ${table}.data, ${table}.claims,
    ${table}.expires_at as "expiresAt", ${table}.created_at as "createdAt"`;
}

/** A session of our own user counts until the graph has ended it, or the user is disabled. */
const COUNTS = `(s.user_id is null or exists (
    select 1 from sessions n join users u on u.id = n.user_id and u.realm_id = n.realm_id
    where n.id = s.id and n.realm_id = s.realm_id and n.ended_at is null
      and u.disabled_at is null))`;

const INSERT = `insert into supertokens_sessions (id, realm_id, tenant_id, subject, user_id,
    refresh_hash, uses_static_key, data, claims, expires_at, created_at)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`;
/** The row by which the graph lists and ends the session. None of the graph's tokens fits it. */
const INSERT_LISTED = `insert into sessions (id, realm_id, user_id, created_at, last_used_at,
    expires_at, absolute_expires_at, access_expires_at, amr, generation, current_hash)
  values ($1, $2, $3, $4, $4, $5, $5, $6, '{}', 0, $7)`;

export type NewCoreSession = Omit<CoreSessionRow, 'userId'> & { readonly accessExpiresAt: Date };

export async function insertCoreSession(
  sql: SqlExecutor,
  realm: Realm,
  session: NewCoreSession,
): Promise<void> {
  const { id, ownerId, expiresAt, createdAt, refreshHash } = session;
  await sql.query(INSERT, [
    id,
    realm.id,
    session.tenantId,
    session.subject,
    ownerId,
    refreshHash,
    session.usesStaticKey,
    session.data,
    session.claims,
    expiresAt,
    createdAt,
  ]);
  if (ownerId === null) return;
  const listed = [id, realm.id, ownerId, createdAt, expiresAt, session.accessExpiresAt];
  await sql.query(INSERT_LISTED, [...listed, Buffer.from(refreshHash, 'hex')]);
}

/**
 * Makes a child token the one that has children, and lets the session live longer; in the same
 * statement for the row that the graph lists. Says what it found where there was nothing to do.
 */
const ROTATE = `with rotated as (
    update supertokens_sessions s set refresh_hash = $4, expires_at = $6
    where s.id = $1 and s.realm_id = $2 and s.refresh_hash = $3 and s.expires_at >= $5 and ${COUNTS}
    returning s.*
  ), kept as (
    update sessions n set expires_at = $6, absolute_expires_at = $6, last_used_at = $5,
      access_expires_at = $7, generation = n.generation + 1
    from rotated r where n.id = r.id and n.realm_id = r.realm_id
  )
  select ${columnsOf('r')} from rotated r
  union all
  select ${columnsOf('s')} from supertokens_sessions s
  where s.id = $1 and s.realm_id = $2 and s.expires_at >= $5 and ${COUNTS}
    and not exists (select 1 from rotated)`;

export interface Lineage {
  readonly id: string;
  /** The parent of the token that is used now; null when it says that it has none. */
  readonly parentHash: string | null;
  readonly presentedHash: string;
  readonly now: Date;
  readonly expiresAt: Date;
  readonly accessExpiresAt: Date;
}

/** Resolves to the session as it is then; undefined when there is none that counts. */
export async function rotateLineage(
  sql: SqlExecutor,
  realm: Realm,
  { id, parentHash, presentedHash, now, expiresAt, accessExpiresAt }: Lineage,
): Promise<CoreSessionRow | undefined> {
  const values = [id, realm.id, parentHash, presentedHash, now, expiresAt, accessExpiresAt];
  const [row] = await sql.query<Row>(ROTATE, values);
  return row && fromRow(row);
}

const FIND = `select ${columnsOf('s')} from supertokens_sessions s
  where s.id = $1 and s.realm_id = $2 and ${COUNTS}
    and ($3::timestamptz is null or s.expires_at >= $3)`;

/** `now`: leave out what has expired by then. */
export async function findCoreSession(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  now: Date | null = null,
): Promise<CoreSessionRow | undefined> {
  const [row] = await sql.query<Row>(FIND, [id, realm.id, now]);
  return row && fromRow(row);
}

const UPDATE = `update supertokens_sessions s set data = coalesce($3, s.data),
    claims = coalesce($4, s.claims), uses_static_key = coalesce($5, s.uses_static_key)
  where s.id = $1 and s.realm_id = $2 and ${COUNTS}
    and ($6::timestamptz is null or s.expires_at >= $6)
  returning ${columnsOf('s')}`;

export interface SessionChange {
  readonly data?: string;
  readonly claims?: string;
  readonly usesStaticKey?: boolean;
}

/** Undefined when there is no such session that counts. */
export async function updateCoreSession(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  { data, claims, usesStaticKey }: SessionChange,
  now: Date | null = null,
): Promise<CoreSessionRow | undefined> {
  const values = [id, realm.id, data ?? null, claims ?? null, usesStaticKey ?? null, now];
  const [row] = await sql.query<Row>(UPDATE, values);
  return row && fromRow(row);
}

const OF_SUBJECTS = `select s.id, s.tenant_id as "tenantId" from supertokens_sessions s
  where s.realm_id = $1 and s.subject = any($2) and ($3::text is null or s.tenant_id = $3)
    and s.expires_at >= $4 and ${COUNTS}
  order by s.created_at, s.id`;

export interface SessionHandle {
  readonly id: string;
  readonly tenantId: string;
}

/** The unexpired sessions of these subjects, of one tenant or of all. */
export async function findSessionsOf(
  sql: SqlExecutor,
  realm: Realm,
  which: { readonly subjects: readonly string[]; readonly tenantId: string | null },
  now: Date,
): Promise<SessionHandle[]> {
  return sql.query<SessionHandle>(OF_SUBJECTS, [realm.id, which.subjects, which.tenantId, now]);
}

const DELETE = `with counting as (
    select s.id, s.realm_id from supertokens_sessions s
    where s.realm_id = $1 and s.id = any($2) and ${COUNTS}
  )
  delete from supertokens_sessions s using counting c
  where s.id = c.id and s.realm_id = c.realm_id
  returning s.id, s.tenant_id as "tenantId", s.user_id as "ownerId"`;

/** Resolves to those that were there. */
export async function deleteCoreSessions(
  sql: SqlExecutor,
  realm: Realm,
  ids: readonly string[],
): Promise<(SessionHandle & { readonly ownerId: string | null })[]> {
  return sql.query(DELETE, [realm.id, ids]);
}

const STORED = `select id, tenant_id as "tenantId" from supertokens_sessions
  where realm_id = $1 and ($2::text is null or tenant_id = $2)
    and ($3::text[] is null or subject = any($3))`;

/** Sessions of a tenant, of subjects, or of these subjects in that tenant; expired ones, too. */
export async function findStoredSessions(
  sql: SqlExecutor,
  realm: Realm,
  which: { readonly tenantId?: string; readonly subjects?: readonly string[] },
): Promise<SessionHandle[]> {
  const values = [realm.id, which.tenantId ?? null, which.subjects ?? null];
  return sql.query<SessionHandle>(STORED, values);
}
