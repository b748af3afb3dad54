import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

/** What is shown of an identity. */
export interface ListedIdentity {
  readonly id: string;
  readonly method: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly verified: boolean;
  readonly createdAt: Date;
  readonly lastUsedAt: Date | null;
}

/** The identities of one user, under the user's id. */
export interface UserIdentities {
  readonly id: string;
  readonly identities: readonly ListedIdentity[];
}

const FIND = `select id, user_id, method, subject, email, verified_at, created_at, last_used_at
  from identities where realm_id = $1 and user_id = any($2) order by id`;

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly method: string;
  readonly subject: string;
  readonly email: string | null;
  readonly verified_at: string | null;
  readonly created_at: string;
  readonly last_used_at: string | null;
}

/** Of each user who has any, oldest first. */
export async function findIdentities(
  sql: SqlExecutor,
  realm: Realm,
  userIds: readonly string[],
): Promise<UserIdentities[]> {
  const rows = await sql.query<Row>(FIND, [realm.id, userIds]);
  const byUser = Map.groupBy(rows, ({ user_id }) => user_id);
  return [...byUser].map(([id, own]) => ({ id, identities: own.map(fromRow) }));
}

function fromRow(row: Row): ListedIdentity {
  return {
    id: row.id,
    method: row.method,
    email: row.email,
    phone: row.method === 'phone' ? row.subject : null,
    verified: row.verified_at !== null,
    createdAt: new Date(row.created_at),
    lastUsedAt: row.last_used_at === null ? null : new Date(row.last_used_at),
  };
}
