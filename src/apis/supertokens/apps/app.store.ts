import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface StoredTenant {
  readonly id: string;
  readonly settings: string;
  readonly firstFactors: string[] | null;
  readonly requiredSecondaryFactors: string[] | null;
  readonly providers: string;
}

const SETTINGS = 'select settings from supertokens_apps where realm_id = $1';

/** Undefined for a realm that was not made over this interface. */
export async function findAppSettings(
  sql: SqlExecutor,
  realmId: string,
): Promise<string | undefined> {
  return (await sql.query<{ settings: string }>(SETTINGS, [realmId]))[0]?.settings;
}

const TENANT = `id, settings, first_factors as "firstFactors",
  required_secondary_factors as "requiredSecondaryFactors", providers`;
const TENANTS = `select ${TENANT} from supertokens_tenants where realm_id = $1 order by id`;

export async function findTenants(sql: SqlExecutor, realmId: string): Promise<StoredTenant[]> {
  return sql.query<StoredTenant>(TENANTS, [realmId]);
}

const APPS = 'select realm_id as id from supertokens_apps order by realm_id';

export async function listApps(sql: SqlExecutor): Promise<string[]> {
  return (await sql.query<{ id: string }>(APPS)).map(({ id }) => id);
}

const SAVE_APP = `insert into supertokens_apps (realm_id, settings) values ($1, $2)
  on conflict (realm_id) do update set settings = excluded.settings`;

export async function saveApp(sql: SqlExecutor, realmId: string, settings: string): Promise<void> {
  await sql.query(SAVE_APP, [realmId, settings]);
}

const SAVE_TENANT = `insert into supertokens_tenants
    (id, realm_id, settings, first_factors, required_secondary_factors, providers)
  values ($1, $2, $3, $4, $5, $6)
  on conflict (id, realm_id) do update set settings = excluded.settings,
    first_factors = excluded.first_factors,
    required_secondary_factors = excluded.required_secondary_factors,
    providers = excluded.providers`;

export async function saveTenant(
  sql: SqlExecutor,
  realm: Realm,
  tenant: StoredTenant,
): Promise<void> {
  await sql.query(SAVE_TENANT, [
    tenant.id,
    realm.id,
    tenant.settings,
    tenant.firstFactors,
    tenant.requiredSecondaryFactors,
    tenant.providers,
  ]);
}

const DELETE_TENANT =
  'delete from supertokens_tenants where realm_id = $1 and id = $2 returning id';

export async function deleteTenant(sql: SqlExecutor, realm: Realm, id: string): Promise<boolean> {
  return (await sql.query(DELETE_TENANT, [realm.id, id])).length > 0;
}

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/** Whoever else changes this app's settings or tenants waits until the transaction ends. */
export async function lockApp(sql: SqlExecutor, realmId: string): Promise<void> {
  await sql.query(LOCK, [`authgraph:supertokens-app:${realmId}`]);
}

const CLEAR = [
  'delete from identity_tenants where realm_id = $1 and tenant_id = $2',
  'delete from supertokens_role_assignments where realm_id = $1 and tenant_id = $2',
  'delete from supertokens_tokens where realm_id = $1 and tenant_id = $2',
];

/** Takes out of a tenant what belongs to it, sessions apart. */
export async function clearTenant(sql: SqlExecutor, realm: Realm, id: string): Promise<void> {
  for (const statement of CLEAR) await sql.query(statement, [realm.id, id]);
}
