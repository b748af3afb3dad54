import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

/** A login method that comes with a user of its own. */
export interface NewRecipeUser {
  readonly id: string;
  readonly tenantId: string;
  readonly method: string;
  readonly identifier: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly now: Date;
}

const INSERT = `with new_user as (
    insert into users (id, realm_id, email, email_normalized, roles, created_at)
    values ($1, $2, $6, $6, '{}', $8)
  )
  insert into identities (id, realm_id, user_id, method, subject, email, phone, created_at)
  values ($1, $2, $1, $4, $5, $6, $7, $8)
  returning $3::text`;
/** Within a tenant a method has an identifier once: whoever comes second is told so. */
const INSERT_TENANT = `insert into identity_tenants
    (realm_id, tenant_id, method, subject, identity_id)
  values ($1, $2, $3, $4, $5) on conflict do nothing returning identity_id`;

/** False when the method has this identifier in the tenant already: roll back then. */
export async function insertRecipeUser(
  sql: SqlExecutor,
  realm: Realm,
  user: NewRecipeUser,
): Promise<boolean> {
  const { id, tenantId, method, identifier, email, phone, now } = user;
  await sql.query(INSERT, [id, realm.id, tenantId, method, identifier, email, phone, now]);
  return insertMembership(sql, realm, { id, tenantId, method, identifier });
}

export type Membership = Pick<NewRecipeUser, 'id' | 'tenantId' | 'method' | 'identifier'>;

/** False when another one has this identifier there. */
export async function insertMembership(
  sql: SqlExecutor,
  realm: Realm,
  { id, tenantId, method, identifier }: Membership,
): Promise<boolean> {
  const values = [realm.id, tenantId, method, identifier, id];
  return (await sql.query(INSERT_TENANT, values)).length > 0;
}

const DELETE_MEMBERSHIPS = `delete from identity_tenants
  where realm_id = $1 and identity_id = $2 and ($3::text is null or method = $3)
    and ($4::text is null or tenant_id = $4)
  returning tenant_id as "tenantId"`;

/** Takes an identity out of a tenant, or out of all; resolves to those that it was in. */
export async function deleteMemberships(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  { method = null as string | null, tenantId = null as string | null } = {},
): Promise<string[]> {
  const rows = await sql.query<{ tenantId: string }>(DELETE_MEMBERSHIPS, [
    realm.id,
    id,
    method,
    tenantId,
  ]);
  return rows.map((row) => row.tenantId);
}

const CHANGE = `update identities set method = $3, subject = $4, email = $5, phone = $6,
    verified_at = (select $7::timestamptz from supertokens_verified_emails v
      where v.realm_id = $1 and v.email = $5 and v.subject = coalesce(
        (select m.external_id from supertokens_user_ids m where m.realm_id = $1 and m.user_id = $2),
        $2::text))
  where id = $2 and realm_id = $1`;

/** Gives a login method another address or number; verified, if it was theirs before. */
export async function changeIdentifier(
  sql: SqlExecutor,
  realm: Realm,
  change: Pick<NewRecipeUser, 'id' | 'method' | 'identifier' | 'email' | 'phone' | 'now'>,
): Promise<void> {
  const { id, method, identifier, email, phone, now } = change;
  await sql.query(CHANGE, [realm.id, id, method, identifier, email, phone, now]);
}

const FOLLOW = `update users u set email = i.email, email_normalized = coalesce(
      case when i.method in ('password', 'email') then i.subject end, lower(i.email)),
    email_verified_at = i.verified_at
  from identities i
  where u.id = $2 and u.realm_id = $1 and i.id = u.id and i.realm_id = u.realm_id`;

/** The address that the graph shows of a user is that of their first login method. */
export async function followFirstMethod(
  sql: SqlExecutor,
  realm: Realm,
  ownerId: string,
): Promise<void> {
  await sql.query(FOLLOW, [realm.id, ownerId]);
}
