import { isId } from '../../../kernel/ids.js';
import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { findWholeUser } from '../users/user-ids.store.js';

export interface Mapping {
  readonly superTokensUserId: string;
  readonly externalUserId: string;
  readonly info: string | null;
}

const FIND = `select user_id as "superTokensUserId", external_id as "externalUserId", info
  from supertokens_user_ids
  where realm_id = $1 and (user_id = $2 or external_id = $3)
  order by user_id = $2 desc nulls last`;

/** The mapping of an id of ours, and the one of an external id. */
export async function findMappings(
  sql: SqlExecutor,
  realm: Realm,
  { own, external }: { readonly own: string | null; readonly external: string | null },
): Promise<Mapping[]> {
  const id = own !== null && isId(own) ? own : null;
  return sql.query<Mapping>(FIND, [realm.id, id, external]);
}

const INSERT = `insert into supertokens_user_ids (user_id, realm_id, external_id, info)
  values ($2, $1, $3, $4) on conflict do nothing returning user_id`;

/** False when either id is mapped already. */
export async function insertMapping(
  sql: SqlExecutor,
  realm: Realm,
  { superTokensUserId, externalUserId, info }: Mapping,
): Promise<boolean> {
  const values = [realm.id, superTokensUserId, externalUserId, info];
  return (await sql.query(INSERT, values)).length > 0;
}

const DELETE = `delete from supertokens_user_ids where realm_id = $1 and user_id = $2`;

export async function deleteMapping(sql: SqlExecutor, realm: Realm, id: string): Promise<void> {
  await sql.query(DELETE, [realm.id, id]);
}

const SET_INFO = `update supertokens_user_ids set info = $3 where realm_id = $1 and user_id = $2`;

export async function saveMappingInfo(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  info: string | null,
): Promise<void> {
  await sql.query(SET_INFO, [realm.id, id, info]);
}

/** In the order in which the core looks; the names are those that it answers. */
const USES = [
  ['Session', 'select 1 from supertokens_sessions where realm_id = $1 and subject = $2 limit 1'],
  [
    'UserMetadata',
    `select 1 from supertokens_metadata where realm_id = $1 and subject = $2
      union all
      select 1 from users where realm_id = $1 and id = $3 and private_metadata <> '{}' limit 1`,
  ],
  [
    'UserRoles',
    `select 1 from supertokens_role_assignments where realm_id = $1 and subject = $2
      union all
      select 1 from users where realm_id = $1 and id = $3 and array_remove(roles, 'admin') <> '{}'
      limit 1`,
  ],
  [
    'EmailVerification',
    `select 1 from supertokens_verified_emails where realm_id = $1 and subject = $2
      union all
      select 1 from supertokens_tokens
      where realm_id = $1 and subject = $2 and purpose = 'email-verification' limit 1`,
  ],
  ['TOTP', 'select 1 from supertokens_totp_devices where realm_id = $1 and subject = $2 limit 1'],
] as const;

/** Which recipe keeps something under this id, if any does. */
export async function usedIn(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
  { besides }: { readonly besides: string | null },
): Promise<string | undefined> {
  const userId = await findWholeUser(sql, realm, id);
  for (const [recipe, statement] of USES) {
    if (recipe === besides) continue;
    const values = statement.includes('$3') ? [realm.id, id, userId] : [realm.id, id];
    if ((await sql.query(statement, values)).length > 0) return recipe;
  }
  return undefined;
}

const RENAME = [
  `update supertokens_verified_emails set subject = $3 where realm_id = $1 and subject = $2`,
  `update supertokens_tokens set subject = $3 where realm_id = $1 and subject = $2`,
];

/** What was verified of a user goes along with their id. */
export async function renameVerified(
  sql: SqlExecutor,
  realm: Realm,
  from: string,
  to: string,
): Promise<void> {
  for (const statement of RENAME) await sql.query(statement, [realm.id, from, to]);
}
