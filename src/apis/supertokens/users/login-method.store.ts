import { isId } from '../../../kernel/ids.js';
import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

/** One way to sign in: what SDKs call a recipe user. */
export interface LoginMethod {
  readonly id: string;
  readonly ownerId: string;
  /** How applications know both. */
  readonly subject: string;
  readonly userId: string;
  readonly method: string;
  /** A provider's id of the user; for the other methods the address or number. */
  readonly identifier: string;
  readonly email: string | null;
  readonly phone: string | null;
  readonly joinedAt: number;
  readonly tenantIds: string[];
  readonly verified: boolean;
  readonly isPrimary: boolean;
}

type Row = Omit<LoginMethod, 'joinedAt'> & { readonly joinedAt: string };

/** The address in the form that it is matched in; the graph shows it as it was typed. */
export const EMAIL_OF = `case when i.method in ('password', 'email') then i.subject
    else i.email end`;

export const VERIFIED = `(i.verified_at is not null or exists (
    select 1 from supertokens_verified_emails v where v.realm_id = i.realm_id
      and v.subject = coalesce(m.external_id, i.id::text) and v.email = ${EMAIL_OF}))`;

const SELECT = `select i.id, i.user_id as "ownerId", i.method, i.subject as identifier,
    coalesce(m.external_id, i.id::text) as subject,
    coalesce(o.external_id, i.user_id::text) as "userId",
    ${EMAIL_OF} as email, i.phone, i.created_at as "joinedAt",
    array(select t.tenant_id from identity_tenants t
      where t.realm_id = i.realm_id and t.identity_id = i.id group by 1 order by 1) as "tenantIds",
    (i.method = 'phone' or ${VERIFIED}) as verified,
    (p.user_id is not null or exists (select 1 from identities x
      where x.realm_id = i.realm_id and x.user_id = i.user_id and x.id <> i.id)) as "isPrimary"
  from identities i
  left join supertokens_user_ids m on m.user_id = i.id and m.realm_id = i.realm_id
  left join supertokens_user_ids o on o.user_id = i.user_id and o.realm_id = i.realm_id
  left join supertokens_primary_users p on p.user_id = i.user_id and p.realm_id = i.realm_id`;
const ORDER = 'order by i.created_at, i.id';
const OF_OWNERS = `${SELECT} where i.realm_id = $1 and i.user_id = any($2) ${ORDER}`;

/** All login methods of these users of ours, in the order of their joining. */
export async function findLoginMethods(
  sql: SqlExecutor,
  realm: Realm,
  ownerIds: readonly string[],
): Promise<LoginMethod[]> {
  if (ownerIds.length === 0) return [];
  const rows = await sql.query<Row>(OF_OWNERS, [realm.id, ownerIds]);
  return rows.map((row) => ({ ...row, joinedAt: new Date(row.joinedAt).getTime() }));
}

const OWNER = `select i.user_id as "ownerId" from identities i
  where i.realm_id = $1 and (i.id = $2 or i.user_id = $2 or i.id = (
    select x.user_id from supertokens_user_ids x where x.realm_id = $1 and x.external_id = $3))
  order by i.id = $2 desc nulls last limit 1`;

/** All login methods of the user of that id; none when there is no such user. */
export async function findMethodsOfUser(
  sql: SqlExecutor,
  realm: Realm,
  id: string,
): Promise<LoginMethod[]> {
  const own = isId(id) ? id : null;
  const [row] = await sql.query<{ ownerId: string }>(OWNER, [realm.id, own, id]);
  return row === undefined ? [] : findLoginMethods(sql, realm, [row.ownerId]);
}

/** What accounts may be looked up by. */
export interface AccountInfo {
  readonly email?: string | undefined;
  readonly phone?: string | undefined;
  readonly provider?: { readonly method: string; readonly userId: string } | undefined;
}

const OWNERS = `select distinct i.user_id as "ownerId" from identities i
  join identity_tenants t on t.realm_id = i.realm_id and t.identity_id = i.id and t.tenant_id = $2
  where i.realm_id = $1 and (${EMAIL_OF} = $3 or i.phone = $4
    or (i.method = 'phone' and i.subject = $4) or (i.method = $5 and i.subject = $6))`;

/** Users with a login method in this tenant that has the address, the number or the account. */
export async function findOwnersByAccount(
  sql: SqlExecutor,
  realm: Realm,
  tenantId: string,
  { email, phone, provider }: AccountInfo,
): Promise<string[]> {
  const values = [email, phone, provider?.method, provider?.userId].map((value) => value ?? null);
  const rows = await sql.query<{ ownerId: string }>(OWNERS, [realm.id, tenantId, ...values]);
  return rows.map(({ ownerId }) => ownerId);
}
