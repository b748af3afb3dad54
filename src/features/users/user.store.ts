import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

/** What is shown of a user. */
export interface ListedUser {
  readonly id: string;
  readonly email: string | null;
  readonly emailVerifiedAt: Date | null;
  readonly roles: string[];
  readonly disabled: boolean;
  readonly publicMetadata: object;
  readonly privateMetadata: object;
  readonly createdAt: Date;
  readonly language: string | null;
}

const FIND = `select id, email, email_verified_at, roles, disabled_at is not null as disabled,
    public_metadata::text, private_metadata::text, created_at, language
  from users where realm_id = $1 and id = any($2)`;

interface Row {
  readonly id: string;
  readonly email: string | null;
  readonly email_verified_at: string | null;
  readonly roles: string[];
  readonly disabled: boolean;
  readonly public_metadata: string;
  readonly private_metadata: string;
  readonly created_at: string;
  readonly language: string | null;
}

export async function findUsers(
  sql: SqlExecutor,
  realm: Realm,
  ids: readonly string[],
): Promise<ListedUser[]> {
  const rows = await sql.query<Row>(FIND, [realm.id, ids]);
  return rows.map(fromRow);
}

function fromRow(row: Row): ListedUser {
  const { id, email, email_verified_at, roles, disabled } = row;
  return {
    id,
    email,
    emailVerifiedAt: email_verified_at === null ? null : new Date(email_verified_at),
    roles,
    disabled,
    publicMetadata: JSON.parse(row.public_metadata),
    privateMetadata: JSON.parse(row.private_metadata),
    createdAt: new Date(row.created_at),
    language: row.language,
  };
}
