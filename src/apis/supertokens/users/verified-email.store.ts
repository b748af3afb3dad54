import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { EMAIL_OF } from './login-method.store.js';

export interface VerifiedAddress {
  /** As the application knows the user. */
  readonly subject: string;
  readonly email: string;
}

const MARK = `insert into supertokens_verified_emails (subject, email, realm_id)
  values ($2, $3, $1) on conflict do nothing`;
/** Whom the subject is, if it is one of ours and has that address. */
const OURS = `i.realm_id = $1 and ${EMAIL_OF} = $3 and (i.id::text = $2 or i.id = (
    select x.user_id from supertokens_user_ids x where x.realm_id = $1 and x.external_id = $2))`;
const MARK_OURS = `update identities i set verified_at = coalesce(i.verified_at, $4)
  where ${OURS} returning i.user_id as "ownerId"`;
const MARK_SHOWN = `update users set email_verified_at = coalesce(email_verified_at, $4)
  where realm_id = $1 and id = any($2) and email_normalized = $3`;

/** The graph shows it of a user of ours at once. */
export async function markVerified(
  sql: SqlExecutor,
  realm: Realm,
  { subject, email, now }: VerifiedAddress & { readonly now: Date },
): Promise<void> {
  await sql.query(MARK, [realm.id, subject, email]);
  const owners = await sql.query<{ ownerId: string }>(MARK_OURS, [realm.id, subject, email, now]);
  const ids = owners.map(({ ownerId }) => ownerId);
  if (ids.length > 0) await sql.query(MARK_SHOWN, [realm.id, ids, email, now]);
}

const UNMARK = `delete from supertokens_verified_emails
  where realm_id = $1 and subject = $2 and email = $3`;
const UNMARK_OURS = `update identities i set verified_at = null
  where ${OURS} returning i.user_id as "ownerId"`;
const UNMARK_SHOWN = `update users set email_verified_at = null
  where realm_id = $1 and id = any($2) and email_normalized = $3`;

export async function markUnverified(
  sql: SqlExecutor,
  realm: Realm,
  { subject, email }: VerifiedAddress,
): Promise<void> {
  await sql.query(UNMARK, [realm.id, subject, email]);
  const owners = await sql.query<{ ownerId: string }>(UNMARK_OURS, [realm.id, subject, email]);
  const ids = owners.map(({ ownerId }) => ownerId);
  if (ids.length > 0) await sql.query(UNMARK_SHOWN, [realm.id, ids, email]);
}

const IS = `select 1 from supertokens_verified_emails
    where realm_id = $1 and subject = $2 and email = $3
  union all
  select 1 from identities i where ${OURS} and i.verified_at is not null limit 1`;

export async function isVerified(
  sql: SqlExecutor,
  realm: Realm,
  { subject, email }: VerifiedAddress,
): Promise<boolean> {
  return (await sql.query(IS, [realm.id, subject, email])).length > 0;
}
