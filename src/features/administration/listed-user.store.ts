import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { FoundPage, Page } from '../../platform/graphql/connection.js';

/** Which users are asked for; what is left out does not narrow them. */
export interface UserFilter {
  /** How the normalised address begins. */
  readonly emailPrefix?: string | undefined;
  readonly role?: string | undefined;
  readonly disabled?: boolean | undefined;
}

/** Sorts behind every address that begins like the prefix: no address holds it. */
const LAST_CHARACTER = '\u{10FFFF}';

/** A few texts, one for each kind of question, so that each has the plan of its own index. */
export function conditions(realm: Realm, filter: UserFilter): { where: string; values: unknown[] } {
  const values: unknown[] = [realm.id];
  const parts = ['realm_id = $1'];
  const add = (value: unknown) => `$${values.push(value)}`;
  if (filter.emailPrefix !== undefined) {
    const from = add(filter.emailPrefix);
    const to = add(filter.emailPrefix + LAST_CHARACTER);
    parts.push(`email_normalized ~>=~ ${from} and email_normalized ~<~ ${to}`);
  }
  if (filter.role !== undefined) parts.push(`roles @> ${add([filter.role])}`);
  if (filter.disabled !== undefined) {
    parts.push(`disabled_at is ${filter.disabled ? 'not ' : ''}null`);
  }
  return { where: parts.join(' and '), values };
}

/** Ids, newest first. */
export async function pageOfUsers(
  sql: SqlExecutor,
  realm: Realm,
  filter: UserFilter,
  { first, after }: Page,
): Promise<FoundPage<{ readonly id: string }>> {
  const { where, values } = conditions(realm, filter);
  const behind = after === undefined ? '' : `and id < $${values.push(after)}`;
  const limit = `$${values.push(first + 1)}`;
  const text = `select id from users where ${where} ${behind} order by id desc limit ${limit}`;
  const found = await sql.query<{ id: string }>(text, values);
  return { rows: found.slice(0, first), hasNextPage: found.length > first };
}

export async function countUsers(
  sql: SqlExecutor,
  realm: Realm,
  filter: UserFilter,
): Promise<number> {
  const { where, values } = conditions(realm, filter);
  const text = `select count(*)::int as count from users where ${where}`;
  return (await sql.query<{ count: number }>(text, values))[0]?.count ?? 0;
}
