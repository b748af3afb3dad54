import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Email } from './email.js';
import { PUBLIC_TENANT } from './identity.store.js';

/** How a user is written to. */
export interface Contact {
  readonly userId: string;
  readonly email: Email;
  readonly language: string | null;
  readonly verified: boolean;
}

interface Row {
  readonly id: string;
  readonly email: string;
  readonly email_normalized: string;
  readonly language: string | null;
  readonly verified: boolean;
}

const COLUMNS = `id, email, email_normalized, language, email_verified_at is not null as verified`;
const FIND = `select ${COLUMNS} from users
  where realm_id = $1 and id = $2 and email_normalized is not null and disabled_at is null`;
const FIND_BY_ADDRESS = `select ${COLUMNS} from users
  where realm_id = $1 and email_normalized = $2 and disabled_at is null`;

/** Undefined for a user who is disabled, or has no address. */
export async function findContact(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
): Promise<Contact | undefined> {
  return one(await sql.query<Row>(FIND, [realm.id, userId]));
}

/** By a normalised address. */
export async function findContactByAddress(
  sql: SqlExecutor,
  realm: Realm,
  address: string,
): Promise<Contact | undefined> {
  return one(await sql.query<Row>(FIND_BY_ADDRESS, [realm.id, address]));
}

const VERIFY = `with verified_user as (
    update users set email_verified_at = $4
    where realm_id = $1 and id = $2 and email_normalized = $3 and email_verified_at is null
    returning id
  ), verified_identities as (
    update identities set verified_at = $4
    where realm_id = $1 and user_id = $2 and subject = $3 and verified_at is null
  )
  select id from verified_user`;

/** Notes that an address is the user's; true when their primary address was not known to be. */
export async function setVerified(
  sql: SqlExecutor,
  realm: Realm,
  { userId, address }: { readonly userId: string; readonly address: string },
  now: Date,
): Promise<boolean> {
  return (await sql.query(VERIFY, [realm.id, userId, address, now])).length > 0;
}

const VOID = `delete from identities
  where realm_id = $1 and user_id = $2 and subject = $3
    and method = 'password' and verified_at is null`;

/** Takes the password from an address that whoever set it never showed to be theirs. */
export async function voidUnverifiedPassword(
  sql: SqlExecutor,
  realm: Realm,
  { userId, address }: { readonly userId: string; readonly address: string },
): Promise<void> {
  await sql.query(VOID, [realm.id, userId, address]);
}

const CHANGE = `with changed_user as (
    update users set email = $4, email_normalized = $5, email_verified_at = $6
    where realm_id = $1 and id = $2
  ), changed_identities as (
    update identities set subject = $5, email = $4, verified_at = $6
    where realm_id = $1 and user_id = $2 and subject = $3 returning id
  )
  update identity_tenants set subject = $5
  where realm_id = $1 and tenant_id = $7 and subject = $3
    and identity_id in (select id from changed_identities)`;

/** Gives a user another address, which is known to be theirs, wherever the old one stood. */
export async function changeAddress(
  sql: SqlExecutor,
  realm: Realm,
  { userId, email: old }: Contact,
  { typed, normalized }: Email,
  now: Date,
): Promise<void> {
  const values = [realm.id, userId, old.normalized, typed, normalized, now, PUBLIC_TENANT];
  await sql.query(CHANGE, values);
}

const SET_LANGUAGE = 'update users set language = $3 where realm_id = $1 and id = $2';

export async function setLanguage(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  language: string,
): Promise<void> {
  await sql.query(SET_LANGUAGE, [realm.id, userId, language]);
}

function one([row]: readonly Row[]): Contact | undefined {
  if (row === undefined) return undefined;
  const { id: userId, email: typed, email_normalized: normalized, language, verified } = row;
  return { userId, email: { typed, normalized }, language, verified };
}
