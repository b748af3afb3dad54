import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface StoredTotpDevice {
  readonly name: string;
  readonly sealedSecret: Uint8Array;
  readonly period: number;
  readonly skew: number;
  readonly verified: boolean;
}

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/** Whoever else tries a code of this user, or changes their devices, waits. */
export async function lockTotp(sql: SqlExecutor, realm: Realm, subject: string): Promise<void> {
  await sql.query(LOCK, [`authgraph:supertokens-totp:${realm.id}:${subject}`]);
}

const FIND = `select name, sealed_secret as "sealedSecret", period, skew, verified
  from supertokens_totp_devices where realm_id = $1 and subject = $2 order by created_at, name`;

export async function findTotpDevices(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
): Promise<StoredTotpDevice[]> {
  return sql.query<StoredTotpDevice>(FIND, [realm.id, subject]);
}

const INSERT = `insert into supertokens_totp_devices
    (subject, name, realm_id, sealed_secret, period, skew, verified, created_at)
  values ($2, $3, $1, $4, $5, $6, $7, $8)`;
const SAVE = `${INSERT}
  on conflict (subject, name, realm_id) do update set sealed_secret = excluded.sealed_secret,
    period = excluded.period, skew = excluded.skew, verified = excluded.verified,
    created_at = excluded.created_at`;

type NewTotpDevice = StoredTotpDevice & { readonly now: Date };

export async function saveTotpDevice(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
  device: NewTotpDevice,
): Promise<void> {
  await sql.query(SAVE, valuesOf(realm, subject, device));
}

const ADD = `${INSERT} on conflict do nothing returning name`;

/** False when there is one of that name, which stays. */
export async function addTotpDevice(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
  device: NewTotpDevice,
): Promise<boolean> {
  return (await sql.query(ADD, valuesOf(realm, subject, device))).length > 0;
}

function valuesOf({ id }: Realm, subject: string, device: NewTotpDevice): unknown[] {
  const { name, sealedSecret, period, skew, verified, now } = device;
  return [id, subject, name, sealedSecret, period, skew, verified, now];
}

const VERIFY = `update supertokens_totp_devices set verified = true
  where realm_id = $1 and subject = $2 and name = $3`;
const RENAME = `update supertokens_totp_devices set name = $4
  where realm_id = $1 and subject = $2 and name = $3`;
const DELETE = `delete from supertokens_totp_devices
  where realm_id = $1 and subject = $2 and name = $3 returning name`;

export async function markTotpVerified(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
  name: string,
): Promise<void> {
  await sql.query(VERIFY, [realm.id, subject, name]);
}

export async function renameTotpDevice(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
  { from, to }: { readonly from: string; readonly to: string },
): Promise<void> {
  await sql.query(RENAME, [realm.id, subject, from, to]);
}

export async function deleteTotpDevice(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
  name: string,
): Promise<boolean> {
  return (await sql.query(DELETE, [realm.id, subject, name])).length > 0;
}

export interface TotpAttempts {
  readonly failed: number;
  readonly lastFailedAt: Date | null;
  /** By SHA-256 of the code: until when it is refused, in milliseconds. */
  readonly used: Readonly<Record<string, number>>;
}

const ATTEMPTS = `select failed, last_failed_at as "lastFailedAt", used
  from supertokens_totp_attempts where realm_id = $1 and tenant_id = $2 and subject = $3`;

export async function findAttempts(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  subject: string,
): Promise<TotpAttempts> {
  type Row = { failed: number; lastFailedAt: string | null; used: string };
  const [row] = await sql.query<Row>(ATTEMPTS, [realm.id, tenantId, subject]);
  if (row === undefined) return { failed: 0, lastFailedAt: null, used: {} };
  const lastFailedAt = row.lastFailedAt === null ? null : new Date(row.lastFailedAt);
  return { failed: row.failed, lastFailedAt, used: JSON.parse(row.used) };
}

const SAVE_ATTEMPTS = `insert into supertokens_totp_attempts
    (subject, tenant_id, realm_id, failed, last_failed_at, used)
  values ($3, $2, $1, $4, $5, $6)
  on conflict (subject, tenant_id, realm_id) do update set failed = excluded.failed,
    last_failed_at = excluded.last_failed_at, used = excluded.used`;

export async function saveAttempts(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, subject }: { readonly tenantId: string; readonly subject: string },
  { failed, lastFailedAt, used }: TotpAttempts,
): Promise<void> {
  const values = [realm.id, tenantId, subject, failed, lastFailedAt, JSON.stringify(used)];
  await sql.query(SAVE_ATTEMPTS, values);
}

const DELETE_ATTEMPTS = `delete from supertokens_totp_attempts
  where realm_id = $1 and subject = $2`;

export async function deleteAttempts(
  sql: SqlExecutor,
  realm: Realm,
  subject: string,
): Promise<void> {
  await sql.query(DELETE_ATTEMPTS, [realm.id, subject]);
}
