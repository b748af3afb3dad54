import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Email } from './email.js';

/** Every realm's own tenant, the only one that the graph knows. */
export const PUBLIC_TENANT = 'public';

/** A user with the first identity by which they are known. */
export interface NewUser {
  readonly id: string;
  readonly email: Email;
  readonly method: string;
  readonly roles: readonly string[];
  readonly createdAt: Date;
  readonly language: string | null;
}

const LOCK = 'select pg_advisory_xact_lock(hashtextextended($1, 0))';

/**
 * Makes everybody else who decides about this address wait until the transaction ends. That one
 * address has one user is the realm's policy, and no index could keep it.
 */
export async function lockAddress(sql: SqlExecutor, realm: Realm, address: string): Promise<void> {
  await sql.query(LOCK, [`authgraph:address:${realm.id}:${address}`]);
}

const LOCK_ALL = `select pg_advisory_xact_lock(hashtextextended($1 || address, 0))
  from (select unnest($2::text[]) as address order by 1) as its`;

/** The same for many, in an order in which nobody waits for each other. */
export async function lockAddresses(
  sql: SqlExecutor,
  realm: Realm,
  addresses: readonly string[],
): Promise<void> {
  await sql.query(LOCK_ALL, [`authgraph:address:${realm.id}:`, addresses]);
}

const TAKEN = `select 1 from users where realm_id = $1 and email_normalized = $2
  union all
  select 1 from identity_tenants where realm_id = $1 and subject = $2 and tenant_id = $3
  limit 1`;

/** True when a user has this address, or is known by it. */
export async function isAddressTaken(
  sql: SqlExecutor,
  realm: Realm,
  address: string,
): Promise<boolean> {
  return (await sql.query(TAKEN, [realm.id, address, PUBLIC_TENANT])).length > 0;
}

/** The first identity has the user's own id. */
const INSERT = `with new_user as (
    insert into users (id, realm_id, email, email_normalized, roles, created_at, language)
    values ($1, $2, $3, $4, $5, $6, $9)
  ), new_identity as (
    insert into identities (id, realm_id, user_id, method, subject, email, created_at)
    values ($1, $2, $1, $7, $4, $3, $6)
  )
  insert into identity_tenants (realm_id, tenant_id, method, subject, identity_id)
  values ($2, $8, $7, $4, $1)`;

/** Stores a user and their first identity; resolves to the identity's id. */
export async function insertUser(sql: SqlExecutor, realm: Realm, user: NewUser): Promise<string> {
  const { id, email, method, roles, createdAt, language } = user;
  const { typed, normalized } = email;
  await sql.query(INSERT, [
    id,
    realm.id,
    typed,
    normalized,
    [...roles],
    createdAt,
    method,
    PUBLIC_TENANT,
    language,
  ]);
  return id;
}
