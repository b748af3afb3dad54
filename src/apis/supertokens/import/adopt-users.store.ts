import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

/** A login method with all that belongs to it. */
export interface AdoptedUser {
  readonly id: string;
  readonly ownerId: string;
  readonly isPrimary: boolean;
  readonly method: string;
  readonly subject: string;
  readonly email: string | null;
  readonly phone: string | null;
  /** ISO 8601, as are the others. */
  readonly joinedAt: string;
  readonly ownerJoinedAt: string;
  readonly verifiedAt: string | null;
  readonly hash: string | null;
  readonly externalId: string | null;
  readonly externalIdInfo: string | null;
}

export interface AdoptedMembership {
  readonly id: string;
  readonly tenantId: string;
  readonly method: string;
  readonly subject: string;
}

const ROWS = `jsonb_to_recordset($2::jsonb) as r("id" uuid, "ownerId" uuid, "isPrimary" boolean,
  "method" text, "subject" text, "email" text, "phone" text, "joinedAt" timestamptz,
  "ownerJoinedAt" timestamptz, "verifiedAt" timestamptz, "hash" text, "externalId" text,
  "externalIdInfo" text)`;

/** The graph shows of a user the address of their first login method. */
const USERS = `insert into users (id, realm_id, email, email_normalized, email_verified_at, roles,
    created_at)
  select distinct on (r."ownerId") r."ownerId", $1, case when r.id = r."ownerId" then r.email end,
    case when r.id = r."ownerId" then r.email end,
    case when r.id = r."ownerId" then r."verifiedAt" end, '{}', r."ownerJoinedAt"
  from ${ROWS} order by r."ownerId", r.id = r."ownerId" desc
  on conflict do nothing`;
/** The address of a user who came with another of their methods, in an earlier page. */
const ADDRESSES = `update users u set email = r.email, email_normalized = r.email,
    email_verified_at = r."verifiedAt"
  from ${ROWS} where u.realm_id = $1 and u.id = r."ownerId" and r.id = r."ownerId"
    and u.email is null and r.email is not null
    and not exists (select 1 from identities i where i.id = r.id and i.realm_id = $1)`;
const IDENTITIES = `insert into identities (id, realm_id, user_id, method, subject, email, phone,
    verified_at, created_at)
  select r.id, $1, r."ownerId", r.method, r.subject, r.email, r.phone, r."verifiedAt", r."joinedAt"
  from ${ROWS} on conflict do nothing returning id`;
const PASSWORDS = `insert into passwords (identity_id, realm_id, hash, updated_at)
  select r.id, $1, r.hash, r."joinedAt" from ${ROWS} where r.hash is not null
  on conflict do nothing`;
const PRIMARY = `insert into supertokens_primary_users (user_id, realm_id)
  select distinct r."ownerId", $1 from ${ROWS} where r."isPrimary" on conflict do nothing`;
const EXTERNAL = `insert into supertokens_user_ids (user_id, realm_id, external_id, info)
  select r.id, $1, r."externalId", r."externalIdInfo" from ${ROWS}
  where r."externalId" is not null on conflict do nothing`;
const MEMBERS = `jsonb_to_recordset($2::jsonb)
  as r("id" uuid, "tenantId" text, "method" text, "subject" text)`;
/** Only of identities that this run added: who has left a tenant here meanwhile stays out of it. */
const MEMBERSHIPS = `insert into identity_tenants
    (realm_id, tenant_id, method, subject, identity_id)
  select $1, r."tenantId", r.method, r.subject, r.id from ${MEMBERS} where r.id = any($3)
  on conflict do nothing`;
const TAKEN = `select count(*)::int as count from ${MEMBERS} join identity_tenants t
  on t.realm_id = $1 and t.tenant_id = r."tenantId" and t.method = r.method
    and t.subject = r.subject and t.identity_id <> r.id`;

/** Resolves to how many were new, and how many memberships others hold already. */
export async function adoptUsers(
  sql: SqlExecutor,
  realm: Realm,
  users: readonly AdoptedUser[],
  memberships: readonly AdoptedMembership[],
): Promise<{ readonly added: number; readonly taken: number }> {
  const rows = [realm.id, JSON.stringify(users)];
  await sql.query(USERS, rows);
  await sql.query(ADDRESSES, rows);
  const added = await sql.query<{ id: string }>(IDENTITIES, rows);
  for (const statement of [PASSWORDS, PRIMARY, EXTERNAL]) await sql.query(statement, rows);
  const members = JSON.stringify(memberships);
  await sql.query(MEMBERSHIPS, [realm.id, members, added.map(({ id }) => id)]);
  const [taken] = await sql.query<{ count: number }>(TAKEN, [realm.id, members]);
  return { added: added.length, taken: taken?.count ?? 0 };
}
