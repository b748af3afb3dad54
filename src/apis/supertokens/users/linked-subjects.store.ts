import { isId } from '../../../kernel/ids.js';
import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

const LINKED = `select coalesce(m.external_id, i.id::text) as subject
  from identities asked
  join identities i on i.user_id = asked.user_id and i.realm_id = asked.realm_id
  left join supertokens_user_ids m on m.user_id = i.id and m.realm_id = i.realm_id
  where asked.realm_id = $1 and (asked.id = $2 or asked.id = (
    select x.user_id from supertokens_user_ids x where x.realm_id = $1 and x.external_id = $3))`;

/** The ids of all login methods of a user, as applications know them; else the id itself. */
export async function findLinkedSubjects(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
): Promise<string[]> {
  const own = isId(userId) ? userId : null;
  const rows = await sql.query<{ subject: string }>(LINKED, [realm.id, own, userId]);
  return rows.length === 0 ? [userId] : rows.map(({ subject }) => subject);
}
