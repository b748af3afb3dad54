import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { type Email, PUBLIC_TENANT } from '../users/index.js';

/** Whose password it may be. */
export interface PasswordCandidate {
  readonly identityId: string;
  readonly userId: string;
  readonly hash: string;
}

/** One statement for everybody: a second one for addresses that are known would tell them apart. */
const FIND = `select i.id as "identityId", u.id as "userId", p.hash
  from identity_tenants t
  join identities i on i.id = t.identity_id and i.realm_id = t.realm_id
  join passwords p on p.identity_id = i.id and p.realm_id = i.realm_id
  join users u on u.id = i.user_id and u.realm_id = i.realm_id
  where t.realm_id = $1 and t.tenant_id = $2 and t.method = 'password' and t.subject = $3
    and u.disabled_at is null`;

/** Who signs in with this address in a tenant; nobody who is disabled. */
export async function findPassword(
  sql: SqlExecutor,
  realm: Realm,
  address: string,
  tenantId = PUBLIC_TENANT,
): Promise<PasswordCandidate | undefined> {
  return (await sql.query<PasswordCandidate>(FIND, [realm.id, tenantId, address]))[0];
}

const SAVE = `insert into passwords (identity_id, realm_id, hash, updated_at)
  values ($1, $2, $3, $4)
  on conflict (identity_id, realm_id)
    do update set hash = excluded.hash, updated_at = excluded.updated_at`;

/** Gives an identity this password, whether or not it has one. */
export async function savePassword(
  sql: SqlExecutor,
  realm: Realm,
  password: { readonly identityId: string; readonly hash: string; readonly now: Date },
): Promise<void> {
  const { identityId, hash, now } = password;
  await sql.query(SAVE, [identityId, realm.id, hash, now]);
}

/** The old hash is part of the condition: a password that was changed meanwhile stays changed. */
const REPLACE = `update passwords set hash = $4, updated_at = $5
  where identity_id = $1 and realm_id = $2 and hash = $3`;

export async function replaceHash(
  sql: SqlExecutor,
  realm: Realm,
  { identityId, hash }: Pick<PasswordCandidate, 'identityId' | 'hash'>,
  stronger: string,
  now: Date,
): Promise<void> {
  await sql.query(REPLACE, [identityId, realm.id, hash, stronger, now]);
}

/** The user has the identity already if they were invited. */
const SET = `with known as (
    select id from identities
    where realm_id = $1 and user_id = $2 and method = 'password' and subject = $3
  ), new_identity as (
    insert into identities (id, realm_id, user_id, method, subject, email, created_at)
    select $6, $1, $2, 'password', $3, $7, $5 where not exists (select 1 from known)
    returning id
  ), new_tenant as (
    insert into identity_tenants (realm_id, tenant_id, method, subject, identity_id)
    select $1, $8, 'password', $3, id from new_identity
  )
  insert into passwords (identity_id, realm_id, hash, updated_at)
  select id, $1, $4, $5 from (select id from known union all select id from new_identity) its
  on conflict (identity_id, realm_id)
    do update set hash = excluded.hash, updated_at = excluded.updated_at`;

export interface PasswordToSet {
  readonly userId: string;
  readonly email: Email;
  readonly hash: string;
  /** Of the identity, if the user has had none until now. */
  readonly newIdentityId: string;
}

/** Gives a user this password, whether or not they have one. */
export async function setPassword(
  sql: SqlExecutor,
  realm: Realm,
  { userId, email: { typed, normalized }, hash, newIdentityId }: PasswordToSet,
  now: Date,
): Promise<void> {
  const values = [realm.id, userId, normalized, hash, now, newIdentityId, typed, PUBLIC_TENANT];
  await sql.query(SET, values);
}
