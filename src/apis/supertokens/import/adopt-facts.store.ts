import { ADMIN_ROLE } from '../../../features/roles/index.js';
import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { withPermissions } from '../roles/role-content.policy.js';
import type { CoreFact, FactKind } from './core-source.store.js';

const ROWS = `jsonb_to_recordset($2::jsonb) as r("subject" text, "value" text, "tenant" text)`;
/** The user whose own id a subject is. What is known of any other subject is kept apart. */
const OF_USER = `left join supertokens_user_ids m on m.realm_id = $1 and m.external_id = r.subject
  left join users u on u.realm_id = $1 and u.id = coalesce(m.user_id,
    case when r.subject ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
      then r.subject::uuid end)`;
const VERIFIED = `insert into supertokens_verified_emails (subject, email, realm_id)
  select r.subject, r.value, $1 from ${ROWS} on conflict do nothing returning subject`;
/** Private metadata of a user who has none; kept apart if PostgreSQL's JSON may not hold it. */
const METADATA = `with given as (
    select r.subject, r.value, u.id, u.private_metadata = '{}' as free from ${ROWS} ${OF_USER}
    and position('\\u' in r.value) = 0
  ), ours as (
    update users u set private_metadata = g.value::jsonb
    from given g where u.realm_id = $1 and u.id = g.id and g.free returning u.id::text as subject
  ), apart as (
    insert into supertokens_metadata (subject, data, realm_id)
    select g.subject, g.value, $1 from given g where g.id is null
    on conflict do nothing returning subject
  )
  select subject from ours union all select subject from apart`;
/** As the graph shows them where it can: see role-content.policy.ts. */
const ASSIGNMENTS = `with given as (
    select r.subject, r.tenant, o.name, u.id, u.roles from ${ROWS}
    join roles o on o.realm_id = $1 and o.name = r.value ${OF_USER}
    and r.tenant = 'public' and o.name ~ '^[a-z][a-z0-9_:-]{0,62}$' and o.name <> 'admin'
    and not o.scopes && $3::text[]
  ), lacking as (
    select g.id, g.name from given g where g.id is not null and not g.roles @> array[g.name]
  ), ours as (
    update users u set roles = u.roles || l.names
    from (select id, array_agg(name) as names from lacking group by id) l
    where u.realm_id = $1 and u.id = l.id
  ), apart as (
    insert into supertokens_role_assignments (tenant_id, subject, name, realm_id)
    select g.tenant, g.subject, g.name, $1 from given g where g.id is null
    on conflict do nothing returning subject
  )
  select id::text as subject from lacking union all select subject from apart`;
const ACTIVE = `insert into supertokens_active_users (subject, realm_id, last_active_at)
  select r.subject, $1, to_timestamp(r.value::float8 / 1000) from ${ROWS}
  on conflict do nothing returning subject`;
const STATEMENTS: Readonly<Record<Exclude<FactKind, 'TOTP devices'>, string>> = {
  'verified emails': VERIFIED,
  metadata: METADATA,
  'role assignments': ASSIGNMENTS,
  'last active times': ACTIVE,
};

/** Resolves to how many were new. */
export async function adoptFacts(
  sql: SqlExecutor,
  realm: Realm,
  kind: Exclude<FactKind, 'TOTP devices'>,
  facts: readonly CoreFact[],
): Promise<number> {
  const values = [realm.id, JSON.stringify(facts)];
  const scopes = kind === 'role assignments' ? [[...ADMIN_ROLE.scopes]] : [];
  return (await sql.query(STATEMENTS[kind], [...values, ...scopes])).length;
}

const ROLE = `insert into roles (name, realm_id, scopes, permissions) values ($2, $1, $3, $4)
  on conflict do nothing returning name`;

/** False when there is one of that name, which stays as it is. */
export async function adoptRole(
  sql: SqlExecutor,
  realm: Realm,
  { name, permissions: all }: { readonly name: string; readonly permissions: readonly string[] },
): Promise<boolean> {
  const { scopes, permissions } = withPermissions(name, { scopes: [], permissions: [] }, all);
  const values = [realm.id, name, [...scopes], [...permissions]];
  return (await sql.query(ROLE, values)).length > 0;
}
