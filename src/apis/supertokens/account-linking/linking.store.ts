import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/** Whoever else links in this realm waits until the transaction ends. */
export async function lockLinking(sql: SqlExecutor, realm: Realm): Promise<void> {
  await sql.query(LOCK, [`authgraph:supertokens-linking:${realm.id}`]);
}

const MAKE_PRIMARY = `insert into supertokens_primary_users (user_id, realm_id) values ($2, $1)
  on conflict do nothing`;

export async function insertPrimary(
  sql: SqlExecutor,
  realm: Realm,
  ownerId: string,
): Promise<void> {
  await sql.query(MAKE_PRIMARY, [realm.id, ownerId]);
}

const DELETE_PRIMARY = `delete from supertokens_primary_users
  where realm_id = $1 and user_id = $2`;

export async function deletePrimary(
  sql: SqlExecutor,
  realm: Realm,
  ownerId: string,
): Promise<void> {
  await sql.query(DELETE_PRIMARY, [realm.id, ownerId]);
}

const MOVE = 'update identities set user_id = $3 where realm_id = $1 and id = $2';
const JOIN_TIME = `update users u set created_at = least(u.created_at, i.created_at)
  from identities i
  where u.realm_id = $1 and u.id = $3 and i.realm_id = $1 and i.id = $2`;
/** What applications gave the user stays under the id of the login method, not in the graph. */
const KEEP_ROLES = `insert into supertokens_role_assignments (tenant_id, subject, name, realm_id)
  select 'public', coalesce(m.external_id, u.id::text), r.name, u.realm_id
  from users u left join supertokens_user_ids m on m.user_id = u.id and m.realm_id = u.realm_id
  join roles r on r.realm_id = u.realm_id and r.name = any(array_remove(u.roles, 'admin'))
  where u.realm_id = $1 and u.id = $2
  on conflict do nothing`;
const KEEP_METADATA = `insert into supertokens_metadata (subject, realm_id, data)
  select coalesce(m.external_id, u.id::text), u.realm_id, u.private_metadata::text
  from users u left join supertokens_user_ids m on m.user_id = u.id and m.realm_id = u.realm_id
  where u.realm_id = $1 and u.id = $2 and u.private_metadata <> '{}'
  on conflict do nothing`;
const DELETE_OWNER = 'delete from users where realm_id = $1 and id = $2';

/** Makes a login method one of another user; the user that it had goes. */
export async function moveToUser(
  sql: SqlExecutor,
  realm: Realm,
  { id, from, to }: { readonly id: string; readonly from: string; readonly to: string },
): Promise<void> {
  await sql.query(MOVE, [realm.id, id, to]);
  await sql.query(JOIN_TIME, [realm.id, id, to]);
  for (const statement of [KEEP_ROLES, KEEP_METADATA, DELETE_OWNER]) {
    await sql.query(statement, [realm.id, from]);
  }
}

const OWN_USER = `insert into users (id, realm_id, email, email_normalized, email_verified_at,
    roles, created_at)
  select i.id, i.realm_id, i.email, coalesce(
      case when i.method in ('password', 'email') then i.subject end, lower(i.email)),
    i.verified_at, '{}', i.created_at
  from identities i where i.realm_id = $1 and i.id = $2`;

/** Gives a login method a user of its own again. */
export async function moveToOwnUser(sql: SqlExecutor, realm: Realm, id: string): Promise<void> {
  await sql.query(OWN_USER, [realm.id, id]);
  await sql.query(MOVE, [realm.id, id, id]);
}

const DELETE_METHOD = 'delete from identities where realm_id = $1 and id = $2';

export async function deleteLoginMethod(sql: SqlExecutor, realm: Realm, id: string): Promise<void> {
  await sql.query(DELETE_METHOD, [realm.id, id]);
}
