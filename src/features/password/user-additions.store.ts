import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { SignUpAdditions } from '../../platform/hooks/hook-functions.js';

const ADD = `update users set
    roles = array(select distinct role from unnest(roles || $3::text[]) as role order by role),
    public_metadata = public_metadata || $4::jsonb, private_metadata = private_metadata || $5::jsonb
  where realm_id = $1 and id = $2`;

/** Key by key: what the user has under a key is replaced. */
export async function addToUser(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  { roles = [], publicMetadata = {}, privateMetadata = {} }: SignUpAdditions,
): Promise<void> {
  const metadata = [publicMetadata, privateMetadata].map((each) => JSON.stringify(each));
  await sql.query(ADD, [realm.id, userId, [...roles], ...metadata]);
}
