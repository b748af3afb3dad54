import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { EMAIL_OF } from './login-method.store.js';

/** Users, each once, whatever their login methods; times are those of the first that matches. */
export interface ListedOwner {
  readonly ownerId: string;
  readonly joinedAt: number;
}

export interface ListOptions {
  readonly tenantId: string;
  /** Null: any. */
  readonly recipeIds: readonly string[] | null;
  readonly descending: boolean;
  readonly from: { readonly id: string; readonly joinedAt: number } | null;
  readonly most: number;
}

const RECIPE = `case when i.method = 'password' then 'emailpassword'
    when i.method in ('email', 'phone') then 'passwordless' else 'thirdparty' end`;

const MEMBERS = `select i.user_id as "ownerId", min(i.created_at) as joined
    from identities i
    where i.realm_id = $1 and i.user_id in (
      select m.user_id from identities m
      join identity_tenants t on t.realm_id = m.realm_id and t.identity_id = m.id
      where m.realm_id = $1 and ($2::text is null or t.tenant_id = $2)
        and ($3::text[] is null or ${RECIPE.replaceAll('i.method', 'm.method')} = any($3)))
    group by i.user_id`;

function pageOf(order: 'asc' | 'desc', comparison: '>' | '<'): string {
  return `select "ownerId", extract(epoch from joined) * 1000 as "joinedAt" from (${MEMBERS}) users
    where $4::uuid is null or joined ${comparison} $5 or (joined = $5 and "ownerId" <= $4)
    order by joined ${order}, "ownerId" desc limit $6`;
}

const ASCENDING = pageOf('asc', '>');
const DESCENDING = pageOf('desc', '<');

export async function listOwners(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, recipeIds, descending, from, most }: ListOptions,
): Promise<ListedOwner[]> {
  type Row = { readonly ownerId: string; readonly joinedAt: string };
  const since = from && new Date(from.joinedAt);
  const values = [realm.id, tenantId, recipeIds, from?.id ?? null, since, most];
  const rows = await sql.query<Row>(descending ? DESCENDING : ASCENDING, values);
  return rows.map(({ ownerId, joinedAt }) => ({ ownerId, joinedAt: Math.round(Number(joinedAt)) }));
}

const COUNT = `select count(*)::int as count from (${MEMBERS}) users`;

/** Of one tenant, or of all. */
export async function countOwners(
  sql: SqlExecutor,
  realm: Realm,
  { tenantId, recipeIds }: { tenantId: string | null; recipeIds: readonly string[] | null },
): Promise<number> {
  const values = [realm.id, tenantId, recipeIds];
  return (await sql.query<{ count: number }>(COUNT, values))[0]?.count ?? 0;
}

export interface UserSearch {
  readonly emails: readonly string[];
  readonly phones: readonly string[];
  readonly providers: readonly string[];
}

const MOST_FOUND = 1_000;
const SEARCH = `select i.user_id as "ownerId", min(i.created_at) as joined
  from identities i
  join identity_tenants t on t.realm_id = i.realm_id and t.identity_id = i.id and t.tenant_id = $2
  where i.realm_id = $1
    and (cardinality($3::text[]) = 0 or ${EMAIL_OF} like any($3))
    and (cardinality($4::text[]) = 0 or i.phone like any($4)
      or (i.method = 'phone' and i.subject like any($4)))
    and (cardinality($5::text[]) = 0
      or (i.method not in ('password', 'email', 'phone') and i.method like any($5)))
    and ($6::text[] is null or ${RECIPE} = any($6))
  group by i.user_id order by joined, i.user_id desc limit ${MOST_FOUND}`;

/** Users with a login method of which address, number or provider begin as it is asked. */
export async function searchOwners(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  search: UserSearch & { readonly recipeIds: readonly string[] | null },
): Promise<string[]> {
  const emails = search.emails.flatMap((email) => {
    const start = escapeLike(email);
    return [`${start}%`, `%@${start}%`];
  });
  const [phones, providers] = [search.phones, search.providers].map((values) =>
    values.map((value) => `${escapeLike(value)}%`),
  );
  const values = [realm.id, tenantId, emails, phones, providers, search.recipeIds];
  const rows = await sql.query<{ ownerId: string }>(SEARCH, values);
  return rows.map(({ ownerId }) => ownerId);
}

function escapeLike(text: string): string {
  return text.replace(/[\\%_]/g, (character) => `\\${character}`);
}
