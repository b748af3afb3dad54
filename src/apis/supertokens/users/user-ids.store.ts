import { isId } from '../../../kernel/ids.js';
import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

/** Whom an id means, that an application sent. */
export interface FoundUser {
  /** The recipe user: our identity. */
  readonly id: string;
  /** Our user: the primary one, where the recipe user is linked. */
  readonly ownerId: string;
  /** How the application knows both. */
  readonly subject: string;
  readonly userId: string;
  readonly method: string;
  readonly disabled: boolean;
}

const RESOLVE = `select i.id, i.user_id as "ownerId", i.method,
    coalesce(m.external_id, i.id::text) as subject,
    coalesce(o.external_id, i.user_id::text) as "userId", u.disabled_at is not null as disabled
  from identities i
  join users u on u.id = i.user_id and u.realm_id = i.realm_id
  left join supertokens_user_ids m on m.user_id = i.id and m.realm_id = i.realm_id
  left join supertokens_user_ids o on o.user_id = i.user_id and o.realm_id = i.realm_id
  where i.realm_id = $1 and (i.id = $2 or i.id = (
    select x.user_id from supertokens_user_ids x where x.realm_id = $1 and x.external_id = $3))
  order by i.id = $2 desc nulls last limit 1`;

/** By its own id, or else an external one; undefined for an id of nobody. */
export async function findUserById(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<FoundUser | undefined> {
  const own = isId(id) ? id : null; // any text may be asked for; a cast of it would fail
  return (await sql.query<FoundUser>(RESOLVE, [realm.id, own, id]))[0];
}

const WHOLE = `select u.id from users u
  where u.realm_id = $1 and (u.id = $2 or u.id = (
    select x.user_id from supertokens_user_ids x where x.realm_id = $1 and x.external_id = $3))
  order by u.id = $2 desc nulls last limit 1`;

/** Our user of an id, as long as it is theirs and not that of one linked to them; else null. */
export async function findWholeUser(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<string | null> {
  const own = isId(id) ? id : null;
  return (await sql.query<{ id: string }>(WHOLE, [realm.id, own, id]))[0]?.id ?? null;
}

const MARK = `insert into supertokens_active_users (subject, realm_id, last_active_at)
  values ($2, $1, $3)
  on conflict (subject, realm_id) do update set last_active_at = excluded.last_active_at`;

export async function markActive(
  sql: SqlExecutor,
  realm: Realm,
  userId: string,
  now: Date,
): Promise<void> {
  await sql.query(MARK, [realm.id, userId, now]);
}

const COUNT = `select count(*)::int as count from supertokens_active_users
  where realm_id = $1 and last_active_at >= $2`;

export async function countActive(sql: SqlExecutor, realm: Realm, since: Date): Promise<number> {
  return (await sql.query<{ count: number }>(COUNT, [realm.id, since]))[0]?.count ?? 0;
}
