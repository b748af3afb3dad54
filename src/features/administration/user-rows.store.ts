import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { conditions, type UserFilter } from './listed-user.store.js';

/** A user as commands show and export them. */
export interface UserRow {
  readonly id: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly roles: readonly string[];
  readonly disabled: boolean;
  readonly publicMetadata: object;
  readonly privateMetadata: object;
  readonly createdAt: Date;
}

interface Row {
  readonly id: string;
  readonly email: string | null;
  readonly verified: boolean;
  readonly roles: string[];
  readonly disabled: boolean;
  readonly public_metadata: string;
  readonly private_metadata: string;
  readonly created_at: string;
}

const COLUMNS = `id, email, email_verified_at is not null as verified, roles,
  disabled_at is not null as disabled, public_metadata::text, private_metadata::text, created_at`;
const PAGE = 1_000;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Oldest first, some at a time. */
export async function* allUsers(
  sql: SqlExecutor,
  realm: Realm,
  filter: UserFilter,
): AsyncGenerator<UserRow> {
  for (let after = FIRST_ID; ; ) {
    const { where, values } = conditions(realm, filter);
    const text = `select ${COLUMNS} from users where ${where}
      and id > $${values.push(after)} order by id limit ${PAGE}`;
    const rows = await sql.query<Row>(text, values);
    yield* rows.map(fromRow);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}

const BY_ID = `select ${COLUMNS} from users where realm_id = $1 and id = $2`;
const BY_ADDRESS = `select ${COLUMNS} from users
  where realm_id = $1 and email_normalized = $2 limit 2`;

export async function userOfId(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<UserRow | undefined> {
  const [row] = await sql.query<Row>(BY_ID, [realm.id, id]);
  return row && fromRow(row);
}

/** A realm may let several users have one address. */
export async function usersOfAddress(
  sql: SqlExecutor,
  realm: Realm,
  address: string,
): Promise<UserRow[]> {
  return (await sql.query<Row>(BY_ADDRESS, [realm.id, address])).map(fromRow);
}

function fromRow(row: Row): UserRow {
  return {
    id: row.id,
    email: row.email,
    emailVerified: row.verified,
    roles: row.roles,
    disabled: row.disabled,
    publicMetadata: JSON.parse(row.public_metadata),
    privateMetadata: JSON.parse(row.private_metadata),
    createdAt: new Date(row.created_at),
  };
}
