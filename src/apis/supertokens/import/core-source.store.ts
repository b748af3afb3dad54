import type { CoreSource } from './source.js';

const NEEDED = [
  'apps',
  'tenants',
  'tenant_configs',
  'tenant_first_factors',
  'app_id_to_user_id',
  'all_auth_recipe_users',
  'emailpassword_users',
  'thirdparty_users',
  'passwordless_users',
  'userid_mapping',
  'emailverification_verified_emails',
  'user_metadata',
  'roles',
  'user_roles',
  'totp_user_devices',
  'user_last_active',
  'session_info',
  'session_access_token_signing_keys',
  'jwt_signing_keys',
  'key_value',
];

export async function findMissingTables(source: CoreSource): Promise<string[]> {
  const rows = await source.query<{ name: string }>(
    'select name from unnest($1::text[]) name where to_regclass(name) is null',
    [NEEDED.map((name) => source.prefix + name)],
  );
  return rows.map(({ name }) => name);
}

/** `t` stands before the name of each table. */
type Text = (t: string) => string;

const APPS: Text = (t) => `select app_id as id from ${t}apps order by app_id = 'public' desc, 1`;

export async function listCoreApps(source: CoreSource): Promise<string[]> {
  return (await source.query<{ id: string }>(APPS(source.prefix))).map(({ id }) => id);
}

const COUNTS: Text = (t) => `select
    (select count(*) from ${t}tenants where app_id = $1)::int as tenants,
    (select count(*) from ${t}app_id_to_user_id where app_id = $1
      and recipe_id in ('emailpassword', 'thirdparty', 'passwordless'))::int as users,
    (select count(*) from ${t}emailverification_verified_emails where app_id = $1)::int
      as "verified emails",
    (select count(*) from ${t}user_metadata where app_id = $1)::int as metadata,
    (select count(*) from ${t}roles where app_id = $1)::int as roles,
    (select count(*) from ${t}user_roles where app_id = $1)::int as "role assignments",
    (select count(*) from ${t}user_last_active where app_id = $1)::int as "last active times",
    (select count(*) from ${t}totp_user_devices where app_id = $1)::int as "TOTP devices",
    (select count(*) from ${t}session_access_token_signing_keys where app_id = $1)::int
      + (select count(*) from ${t}jwt_signing_keys where app_id = $1)::int as "signing keys",
    (select count(*) from ${t}session_info where app_id = $1 and expires_at > $2)::int as sessions`;

export type Counts = Readonly<Record<string, number>>;

/** How many there are of what can be taken over. */
export async function countCore(source: CoreSource, appId: string, now: Date): Promise<Counts> {
  const [row] = await source.query<Counts>(COUNTS(source.prefix), [appId, now.getTime()]);
  return row ?? {};
}

const LEFT_OUT = ['webauthn_credentials', 'oauth_clients', 'dashboard_users'];

/** How many rows there are of what cannot. */
export async function countLeftOut(source: CoreSource, appId: string): Promise<Counts> {
  const counts: Record<string, number> = {};
  for (const table of LEFT_OUT) {
    const name = source.prefix + table;
    const [found] = await source.query('select 1 where to_regclass($1) is not null', [name]);
    if (found === undefined) continue;
    const count = `select count(*)::int as count from ${name} where app_id = $1`;
    const [row] = await source.query<{ count: number }>(count, [appId]);
    if (row && row.count > 0) counts[table] = row.count;
  }
  return counts;
}

export interface CoreUser {
  readonly id: string;
  readonly ownerId: string;
  readonly isPrimary: boolean;
  readonly externalId: string | null;
  readonly externalIdInfo: string | null;
  /** Milliseconds since the epoch, as text. */
  readonly joined: string;
  readonly ownerJoined: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly providerId: string | null;
  readonly providerUserId: string | null;
  readonly passwordHash: string | null;
  readonly verified: boolean;
  readonly tenants: readonly string[];
}

const USERS: Text = (t) => `with page as materialized (
    select user_id, primary_or_recipe_user_id, is_linked_or_is_a_primary_user
    from ${t}app_id_to_user_id
    where app_id = $1 and user_id > $2
      and recipe_id in ('emailpassword', 'thirdparty', 'passwordless')
    order by user_id limit $3
  ), members as (
    select user_id, array_agg(tenant_id::text) as tenants,
      min(primary_or_recipe_user_time_joined) as owner_joined
    from ${t}all_auth_recipe_users
    where app_id = $1 and user_id in (select user_id from page) group by user_id
  )
  select a.user_id as id, a.primary_or_recipe_user_id as "ownerId",
    a.is_linked_or_is_a_primary_user as "isPrimary", x.external_user_id as "externalId",
    x.external_user_id_info as "externalIdInfo", d.joined,
    coalesce(m.owner_joined, d.joined) as "ownerJoined", d.email, p.phone_number as phone,
    t.third_party_id as "providerId", t.third_party_user_id as "providerUserId",
    e.password_hash as "passwordHash", coalesce(m.tenants, '{}') as tenants,
    exists (select 1 from ${t}emailverification_verified_emails v where v.app_id = $1
      and v.user_id = coalesce(x.external_user_id, a.user_id::text) and v.email = d.email)
      as verified
  from page a
  left join ${t}emailpassword_users e on e.app_id = $1 and e.user_id = a.user_id
  left join ${t}thirdparty_users t on t.app_id = $1 and t.user_id = a.user_id
  left join ${t}passwordless_users p on p.app_id = $1 and p.user_id = a.user_id
  left join ${t}userid_mapping x on x.app_id = $1 and x.supertokens_user_id = a.user_id
  left join members m on m.user_id = a.user_id
  cross join lateral (select coalesce(e.email, t.email, p.email) as email,
    coalesce(e.time_joined, t.time_joined, p.time_joined) as joined) d
  order by a.user_id`;

/** The login methods after that id, in the order of their ids. */
export async function readUsers(
  source: CoreSource,
  appId: string,
  after: string,
  limit: number,
): Promise<CoreUser[]> {
  return source.query<CoreUser>(USERS(source.prefix), [appId, after, limit]);
}

export interface CoreSessionOfSource {
  readonly handle: string;
  readonly tenantId: string;
  readonly subject: string;
  readonly refreshHash: string;
  readonly usesStaticKey: boolean;
  readonly data: string;
  readonly claims: string;
  readonly expires: string;
  readonly created: string;
}

const SESSIONS: Text = (t) => `select session_handle as handle, tenant_id as "tenantId",
    user_id as subject, refresh_token_hash_2 as "refreshHash", use_static_key as "usesStaticKey",
    coalesce(session_data, '{}') as data, coalesce(jwt_user_payload, '{}') as claims,
    expires_at as expires, created_at_time as created
  from ${t}session_info
  where app_id = $1 and (tenant_id, session_handle) > ($2, $3) and expires_at > $4
  order by tenant_id, session_handle limit $5`;

/** Those that have not expired, after that one. */
export async function readSessions(
  source: CoreSource,
  appId: string,
  after: Pick<CoreSessionOfSource, 'tenantId' | 'handle'>,
  { now, limit }: { readonly now: Date; readonly limit: number },
): Promise<CoreSessionOfSource[]> {
  const values = [appId, after.tenantId, after.handle, now.getTime(), limit];
  return source.query<CoreSessionOfSource>(SESSIONS(source.prefix), values);
}

const FACTS = {
  'verified emails': (t: string) => `select user_id as subject, email as value, '' as tenant
    from ${t}emailverification_verified_emails
    where app_id = $1 and (user_id, email) > ($2, $3) and $4::text = ''
    order by user_id, email limit $5`,
  metadata: (t: string) => `select user_id as subject, user_metadata as value, '' as tenant
    from ${t}user_metadata where app_id = $1 and user_id > $2 and $3::text is not null
      and $4::text = ''
    order by user_id limit $5`,
  'role assignments': (t: string) => `select user_id as subject, role as value, tenant_id as tenant
    from ${t}user_roles where app_id = $1 and (user_id, role, tenant_id) > ($2, $3, $4)
    order by user_id, role, tenant_id limit $5`,
  'last active times': (t: string) => `select user_id as subject,
      last_active_time::text as value, '' as tenant
    from ${t}user_last_active where app_id = $1 and user_id > $2 and $3::text is not null
      and $4::text = ''
    order by user_id limit $5`,
  /** Older cores do not store when a device was made. */
  'TOTP devices': (t: string) => `select d.user_id as subject, d.device_name as value, '' as tenant,
      json_build_object('secret', d.secret_key, 'period', d.period, 'skew', d.skew,
        'verified', d.verified, 'created', to_jsonb(d)->'created_at')::text as more
    from ${t}totp_user_devices d
    where d.app_id = $1 and (d.user_id, d.device_name) > ($2, $3) and $4::text = ''
    order by d.user_id, d.device_name limit $5`,
} as const satisfies Readonly<Record<string, Text>>;

export type FactKind = keyof typeof FACTS;

/** Something that is known of a user by their id, who need not exist. */
export interface CoreFact {
  readonly subject: string;
  readonly value: string;
  readonly tenant: string;
  /** JSON: what there is beside that. */
  readonly more?: string;
}

export async function readFacts(
  source: CoreSource,
  { appId, kind }: { readonly appId: string; readonly kind: FactKind },
  after: CoreFact,
  limit: number,
): Promise<CoreFact[]> {
  const values = [appId, after.subject, after.value, after.tenant, limit];
  return source.query<CoreFact>(FACTS[kind](source.prefix), values);
}

const ROLES: Text = (t) => `select r.role as name,
    array(select p.permission::text from ${t}role_permissions p
      where p.app_id = r.app_id and p.role = r.role order by 1) as permissions
  from ${t}roles r where r.app_id = $1 order by 1`;

export interface CoreRoleOfSource {
  readonly name: string;
  readonly permissions: string[];
}

export async function readRoles(source: CoreSource, appId: string): Promise<CoreRoleOfSource[]> {
  return source.query<CoreRoleOfSource>(ROLES(source.prefix), [appId]);
}
