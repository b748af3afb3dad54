import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';

const PAGE = 500;
const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** In the form that an import reads. */
const EXPORT = `select u.id, json_strip_nulls(json_build_object(
    'id', u.id, 'email', u.email, 'emailVerified', u.email_verified_at is not null,
    'disabled', u.disabled_at is not null,
    'createdAt', to_char(u.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'roles', u.roles, 'passwordHash', case when $4 then (
      select p.hash from identities i
        join passwords p on p.identity_id = i.id and p.realm_id = i.realm_id
        where i.user_id = u.id and i.realm_id = u.realm_id limit 1) end,
    'identities', (select json_agg(json_build_object('method', i.method, 'subject', i.subject,
        'email', i.email, 'verified', i.verified_at is not null) order by i.id)
      from identities i where i.user_id = u.id and i.realm_id = u.realm_id
        and i.method <> 'password')))::text as line,
    u.public_metadata::text, u.private_metadata::text
  from users u where u.realm_id = $1 and u.id > $2 order by u.id limit $3`;

interface Row {
  readonly id: string;
  readonly line: string;
  readonly public_metadata: string;
  readonly private_metadata: string;
}

/** A line of JSON for each user, oldest first, some at a time. */
export async function* exportedUsers(
  sql: SqlExecutor,
  realm: Realm,
  { passwords }: { readonly passwords: boolean },
): AsyncGenerator<string> {
  for (let after = FIRST_ID; ; ) {
    const rows = await sql.query<Row>(EXPORT, [realm.id, after, PAGE, passwords]);
    yield* rows.map(lineOf);
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    after = last.id;
  }
}

/** Metadata may hold nulls in its lists, which stay. */
function lineOf({ line, public_metadata, private_metadata }: Row): string {
  const publicMetadata: unknown = JSON.parse(public_metadata);
  const privateMetadata: unknown = JSON.parse(private_metadata);
  return JSON.stringify({ ...JSON.parse(line), publicMetadata, privateMetadata });
}
