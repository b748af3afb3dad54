import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface StoredDevice {
  readonly idHash: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly linkSalt: Uint8Array;
  readonly failedAttempts: number;
}

export interface StoredCode {
  readonly id: string;
  readonly deviceHash: string;
  readonly linkCodeHash: string;
  readonly createdAt: Date;
}

const INSERT_DEVICE = `insert into supertokens_login_devices
    (id_hash, tenant_id, realm_id, email, phone, link_salt, failed_attempts)
  values ($3, $2, $1, $4, $5, $6, 0)`;

export async function insertDevice(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  { idHash, email, phone, linkSalt }: Omit<StoredDevice, 'failedAttempts'>,
): Promise<void> {
  await sql.query(INSERT_DEVICE, [realm.id, tenantId, idHash, email, phone, linkSalt]);
}

const DEVICE = `id_hash as "idHash", email, phone, link_salt as "linkSalt",
  failed_attempts as "failedAttempts"`;
const LOCK_DEVICE = `select ${DEVICE} from supertokens_login_devices
  where realm_id = $1 and tenant_id = $2 and id_hash = $3 for update`;

/** Guesses at one device wait for each other. */
export async function lockDevice(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  idHash: string,
): Promise<StoredDevice | undefined> {
  return (await sql.query<StoredDevice>(LOCK_DEVICE, [realm.id, tenantId, idHash]))[0];
}

const FIND_DEVICES = `select ${DEVICE} from supertokens_login_devices
  where realm_id = $1 and tenant_id = $2
    and (id_hash = $3 or email = $4 or phone = $5) order by id_hash`;

export interface DeviceFilter {
  readonly idHash?: string | undefined;
  readonly email?: string | null | undefined;
  readonly phone?: string | null | undefined;
}

export async function findDevices(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  { idHash, email, phone }: DeviceFilter,
): Promise<StoredDevice[]> {
  const values = [realm.id, tenantId, idHash ?? null, email ?? null, phone ?? null];
  return sql.query<StoredDevice>(FIND_DEVICES, values);
}

const DELETE_DEVICES = `delete from supertokens_login_devices
  where realm_id = $1 and ($2::text is null or tenant_id = $2)
    and (id_hash = $3 or email = $4 or phone = $5)`;

/** With their codes; in all tenants where none is given. */
export async function deleteDevices(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string | null,
  { idHash, email, phone }: DeviceFilter,
): Promise<void> {
  const values = [realm.id, tenantId, idHash ?? null, email ?? null, phone ?? null];
  await sql.query(DELETE_DEVICES, values);
}

const FAIL = `update supertokens_login_devices set failed_attempts = failed_attempts + 1
  where realm_id = $1 and tenant_id = $2 and id_hash = $3`;

export async function countFailure(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  idHash: string,
): Promise<void> {
  await sql.query(FAIL, [realm.id, tenantId, idHash]);
}

const INSERT_CODE = `insert into supertokens_login_codes
    (id, realm_id, tenant_id, device_hash, link_code_hash, created_at)
  values ($3, $1, $2, $4, $5, $6) on conflict do nothing returning id`;

/** False when the device has this code already. */
export async function insertCode(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  { id, deviceHash, linkCodeHash, createdAt }: StoredCode,
): Promise<boolean> {
  const values = [realm.id, tenantId, id, deviceHash, linkCodeHash, createdAt];
  return (await sql.query(INSERT_CODE, values)).length > 0;
}

const FIND_CODES = `select id, device_hash as "deviceHash", link_code_hash as "linkCodeHash",
    created_at as "createdAt"
  from supertokens_login_codes
  where realm_id = $1 and tenant_id = $2 and (device_hash = any($3) or link_code_hash = $4)
  order by created_at, id`;

export async function findCodes(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  which: { readonly deviceHashes?: readonly string[]; readonly linkCodeHash?: string },
): Promise<StoredCode[]> {
  type Row = Omit<StoredCode, 'createdAt'> & { readonly createdAt: string };
  const { deviceHashes = [], linkCodeHash = null } = which;
  const rows = await sql.query<Row>(FIND_CODES, [realm.id, tenantId, deviceHashes, linkCodeHash]);
  return rows.map((row) => ({ ...row, createdAt: new Date(row.createdAt) }));
}

const DELETE_CODE = `with gone as (
    delete from supertokens_login_codes where realm_id = $1 and tenant_id = $2 and id = $3
    returning device_hash
  )
  delete from supertokens_login_devices d using gone
  where d.realm_id = $1 and d.tenant_id = $2 and d.id_hash = gone.device_hash
    and not exists (select 1 from supertokens_login_codes c
      where c.realm_id = $1 and c.tenant_id = $2 and c.device_hash = gone.device_hash
        and c.id <> $3)`;

/** The last one of a device takes that with it. */
export async function deleteCode(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  id: string,
): Promise<void> {
  await sql.query(DELETE_CODE, [realm.id, tenantId, id]);
}
