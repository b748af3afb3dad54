import type { SqlExecutor } from '../../platform/database/database.js';

/** Of all realms, some at a time: a statement that takes long holds others up. */
const MOST = 1_000;
const STATEMENTS = [
  `delete from supertokens_sessions where (id, realm_id) in (
    select id, realm_id from supertokens_sessions where expires_at < $1 limit ${MOST})
    returning id`,
  `delete from supertokens_tokens where (hash, realm_id) in (
    select hash, realm_id from supertokens_tokens where expires_at < $1 limit ${MOST})
    returning hash`,
];
/** A device has codes for as long as its tenant says; none says more than a day. */
const OLD_CODES = `delete from supertokens_login_devices d
  where not exists (select 1 from supertokens_login_codes c
    where c.realm_id = d.realm_id and c.tenant_id = d.tenant_id and c.device_hash = d.id_hash
      and c.created_at > $1)`;

/** Deletes what is over. */
export async function deleteExpired(
  sql: SqlExecutor,
  { now, codesBefore }: { readonly now: Date; readonly codesBefore: Date },
): Promise<void> {
  for (const statement of STATEMENTS) {
    while ((await sql.query(statement, [now])).length === MOST);
  }
  await sql.query(OLD_CODES, [codesBefore]);
}
