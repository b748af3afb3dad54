import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface PasswordOwner {
  readonly identityId: string;
  readonly ownerId: string;
  readonly hash: string;
}

const FIND = `select i.id as "identityId", i.user_id as "ownerId", p.hash
  from identity_tenants t
  join identities i on i.id = t.identity_id and i.realm_id = t.realm_id
  join passwords p on p.identity_id = i.id and p.realm_id = i.realm_id
  join users u on u.id = i.user_id and u.realm_id = i.realm_id
  where t.realm_id = $1 and t.tenant_id = $2 and t.method = 'password' and t.subject = $3
    and u.disabled_at is null`;

/** Who signs in with this address in a tenant; nobody who is disabled. */
export async function findPasswordOwner(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  email: string,
): Promise<PasswordOwner | undefined> {
  return (await sql.query<PasswordOwner>(FIND, [realm.id, tenantId, email]))[0];
}

const SAVE = `insert into passwords (identity_id, realm_id, hash, updated_at)
  values ($2, $1, $3, $4)
  on conflict (identity_id, realm_id) do update set hash = excluded.hash,
    updated_at = excluded.updated_at`;

export async function saveHash(
  sql: SqlExecutor,
  realm: Realm,
  { identityId, hash, now }: { identityId: string; hash: string; now: Date },
): Promise<void> {
  await sql.query(SAVE, [realm.id, identityId, hash, now]);
}

const REPLACE = `update passwords set hash = $4, updated_at = $5
  where identity_id = $2 and realm_id = $1 and hash = $3`;

/** Of the same password; nothing when somebody has changed that meanwhile. */
export async function replaceHash(
  sql: SqlExecutor,
  realm: Realm,
  { identityId, hash }: Pick<PasswordOwner, 'identityId' | 'hash'>,
  stronger: string,
  now: Date,
): Promise<void> {
  await sql.query(REPLACE, [realm.id, identityId, hash, stronger, now]);
}
