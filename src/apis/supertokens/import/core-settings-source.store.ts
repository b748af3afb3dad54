import type { CoreSource } from './source.js';

export interface CoreTenantOfSource {
  readonly id: string;
  /** JSON. */
  readonly settings: string;
  /** Null: all. */
  readonly firstFactors: string[] | null;
  readonly requiredSecondaryFactors: string[] | null;
}

const TENANTS = (t: string) => `select n.tenant_id as id, coalesce(c.core_config, '{}') as settings,
    case when c.is_first_factors_null is distinct from false and n.tenant_id = 'public' then null
      when c.is_first_factors_null then null
      else array(select f.factor_id::text from ${t}tenant_first_factors f
        where f.app_id = n.app_id and f.tenant_id = n.tenant_id order by 1) end as "firstFactors",
    (select nullif(array_agg(f.factor_id::text order by 1), '{}')
      from ${t}tenant_required_secondary_factors f
      where f.app_id = n.app_id and f.tenant_id = n.tenant_id) as "requiredSecondaryFactors"
  from ${t}tenants n
  left join ${t}tenant_configs c on c.app_id = n.app_id and c.tenant_id = n.tenant_id
    and c.connection_uri_domain = ''
  where n.app_id = $1 order by n.tenant_id`;

export async function readTenants(
  source: CoreSource,
  appId: string,
): Promise<CoreTenantOfSource[]> {
  return source.query<CoreTenantOfSource>(TENANTS(source.prefix), [appId]);
}

const KEYS = (
  t: string,
) => `select 'd-' || created_at_time as kid, created_at_time as created, value
    from ${t}session_access_token_signing_keys where app_id = $1
  union all
  select key_id, created_at, key_string from ${t}jwt_signing_keys
    where app_id = $1 and upper(algorithm) = 'RS256'`;

export interface CoreKeyOfSource {
  readonly kid: string;
  /** Milliseconds since the epoch, as text. */
  readonly created: string;
  /** Both halves in base64 of DER. */
  readonly value: string;
}

export async function readKeys(source: CoreSource, appId: string): Promise<CoreKeyOfSource[]> {
  return source.query<CoreKeyOfSource>(KEYS(source.prefix), [appId]);
}

const REFRESH_KEY = (t: string) => `select value from ${t}key_value
  where app_id = $1 and tenant_id = 'public' and name = 'refresh_token_key'`;

export async function readRefreshKey(
  source: CoreSource,
  appId: string,
): Promise<string | undefined> {
  return (await source.query<{ value: string }>(REFRESH_KEY(source.prefix), [appId]))[0]?.value;
}
