import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { PUBLIC_TENANT } from '../users/index.js';

export interface NewIdentityRow {
  readonly id: string;
  readonly method: string;
  readonly subject: string;
  readonly email: string | null;
  readonly verified: boolean;
  /** Of the password, where it is one. */
  readonly hash: string | null;
}

/** A user as an import stores them. Times in ISO 8601. */
export interface NewUserRow {
  readonly id: string;
  readonly email: string | null;
  /** What the email is matched on. */
  readonly address: string | null;
  readonly verifiedAt: string | null;
  readonly disabledAt: string | null;
  readonly createdAt: string;
  readonly now: string;
  readonly roles: readonly string[];
  readonly publicMetadata: object;
  readonly privateMetadata: object;
  readonly identities: readonly NewIdentityRow[];
}

/** Whoever is there already, under the same id or address or by one of the identities, stays. */
const INSERT = `with row as (
    select * from json_to_recordset($2::json) as row ("id" uuid, "email" text, "address" text,
      "verifiedAt" timestamptz, "disabledAt" timestamptz, "createdAt" timestamptz,
      "now" timestamptz, "roles" json, "publicMetadata" jsonb, "privateMetadata" jsonb,
      "identities" json)
  ), identity as (
    select row.id as user_id, row."createdAt" as created_at, row.now, its.* from row,
      json_to_recordset(row.identities) as its ("id" uuid, "method" text, "subject" text,
        "email" text, "verified" boolean, "hash" text)
  ), known as (
    select row.id from row join users u on u.realm_id = $1 and u.id = row.id
    union select row.id from row join users u
      on u.realm_id = $1 and u.email_normalized = row.address
    union select identity.user_id from identity join identity_tenants t on t.realm_id = $1
      and t.tenant_id = $3 and t.method = identity.method and t.subject = identity.subject
  ), new_user as (
    insert into users (id, realm_id, email, email_normalized, email_verified_at, disabled_at,
      roles, public_metadata, private_metadata, created_at)
    select id, $1, email, address, "verifiedAt", "disabledAt",
      array(select json_array_elements_text(roles)), "publicMetadata", "privateMetadata",
      "createdAt"
    from row where id not in (select id from known)
    returning id
  ), new_identity as (
    insert into identities (id, realm_id, user_id, method, subject, email, verified_at, created_at)
    select i.id, $1, i.user_id, i.method, i.subject, i.email,
      case when i.verified then i.now end, i.created_at
    from identity i join new_user on new_user.id = i.user_id
    returning id
  ), new_tenant as (
    insert into identity_tenants (realm_id, tenant_id, method, subject, identity_id)
    select $1, $3, i.method, i.subject, i.id from identity i join new_identity using (id)
  ), new_password as (
    insert into passwords (identity_id, realm_id, hash, updated_at)
    select i.id, $1, i.hash, i.now from identity i join new_identity using (id)
    where i.hash is not null
  )
  select count(*)::int as imported from new_user`;

/** Stores those who are new, in one statement; resolves to how many they are. */
export async function insertUsers(
  sql: SqlExecutor,
  realm: Realm,
  users: readonly NewUserRow[],
): Promise<number> {
  const values = [realm.id, JSON.stringify(users), PUBLIC_TENANT];
  return (await sql.query<{ imported: number }>(INSERT, values))[0]?.imported ?? 0;
}
