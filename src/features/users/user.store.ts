import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

/** What is shown of a user. */
export interface ListedUser {
  readonly id: string;
  readonly email: string | null;
  readonly emailVerifiedAt: Date | null;
  readonly roles: string[];
  readonly createdAt: Date;
}

const FIND = `select id, email, email_verified_at, roles, created_at
  from users where realm_id = $1 and id = any($2)`;

interface Row {
  readonly id: string;
  readonly email: string | null;
  readonly email_verified_at: string | null;
  readonly roles: string[];
  readonly created_at: string;
}

export async function findUsers(
  sql: SqlExecutor,
  realm: Realm,
  ids: readonly string[],
): Promise<ListedUser[]> {
  const rows = await sql.query<Row>(FIND, [realm.id, ids]);
  return rows.map(({ id, email, email_verified_at, roles, created_at }) => ({
    id,
    email,
    emailVerifiedAt: email_verified_at === null ? null : new Date(email_verified_at),
    roles,
    createdAt: new Date(created_at),
  }));
}
