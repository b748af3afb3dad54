import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { FoundPage, Page } from '../../platform/graphql/connection.js';

/** What is shown of a session. */
export interface ListedSession {
  readonly id: string;
  readonly user: { readonly id: string };
  readonly createdAt: Date;
  readonly lastUsedAt: Date;
  readonly expiresAt: Date;
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly keyThumbprint: string | null;
}

const COLUMNS = `id, user_id, created_at, last_used_at, expires_at, ip_address, user_agent,
  key_thumbprint`;
const FIND = `select ${COLUMNS} from sessions where realm_id = $1 and id = any($2)`;
const LIVE = 'realm_id = $1 and user_id = $2 and ended_at is null and expires_at > $3';
const PAGE = `select ${COLUMNS} from sessions
  where ${LIVE} and ($4::uuid is null or id < $4) order by id desc limit $5`;
const COUNT = `select count(*)::int as count from sessions where ${LIVE}`;

interface Row {
  readonly id: string;
  readonly user_id: string;
  readonly created_at: string;
  readonly last_used_at: string;
  readonly expires_at: string;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly key_thumbprint: string | null;
}

export async function findSessions(
  sql: SqlExecutor,
  realm: Realm,
  ids: readonly string[],
): Promise<ListedSession[]> {
  return (await sql.query<Row>(FIND, [realm.id, ids])).map(fromRow);
}

/** A user's live sessions, newest first. */
export async function pageOfSessions(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  { first, after }: Page,
  now: Date,
): Promise<FoundPage<ListedSession>> {
  const found = await sql.query<Row>(PAGE, [realm.id, userId, now, after ?? null, first + 1]);
  const rows = found.slice(0, first).map(fromRow);
  return { rows, hasNextPage: found.length > first };
}

export async function countSessions(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  now: Date,
): Promise<number> {
  const [row] = await sql.query<{ count: number }>(COUNT, [realm.id, userId, now]);
  return row?.count ?? 0;
}

function fromRow(row: Row): ListedSession {
  return {
    id: row.id,
    user: { id: row.user_id },
    createdAt: new Date(row.created_at),
    lastUsedAt: new Date(row.last_used_at),
    expiresAt: new Date(row.expires_at),
    ipAddress: row.ip_address,
    userAgent: row.user_agent,
    keyThumbprint: row.key_thumbprint,
  };
}
