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
const LIVE = 's.realm_id = $1 and s.ended_at is null and s.expires_at > $3';
/** One more than was asked for, of each user: so it is known whether there are more. */
const PAGES = `select page.* from unnest($2::uuid[]) as owner(id)
  cross join lateral (
    select ${COLUMNS} from sessions s
    where s.user_id = owner.id and ${LIVE} and ($4::uuid is null or s.id < $4)
    order by s.id desc limit $5
  ) as page
  order by page.user_id, page.id desc`;
const COUNT = `select s.user_id as id, count(*)::int as count from sessions s
  where s.user_id = any($2) and ${LIVE} group by s.user_id`;

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

/** The live sessions of each of these users, newest first, in one statement. */
export async function pagesOfSessions(
  sql: SqlExecutor,
  realm: Realm,
  userIds: readonly string[],
  { first, after }: Page,
  now: Date,
): Promise<ReadonlyMap<string, FoundPage<ListedSession>>> {
  const rows = await sql.query<Row>(PAGES, [realm.id, userIds, now, after ?? null, first + 1]);
  const byUser = Map.groupBy(rows.map(fromRow), ({ user }) => user.id);
  return new Map(
    [...byUser].map(([id, found]) => [
      id,
      { rows: found.slice(0, first), hasNextPage: found.length > first },
    ]),
  );
}

/** How many live sessions each of these users has; none where there is no row. */
export async function countSessions(
  sql: SqlExecutor,
  realm: Realm,
  userIds: readonly string[],
  now: Date,
): Promise<{ readonly id: string; readonly count: number }[]> {
  return sql.query(COUNT, [realm.id, userIds, now]);
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
