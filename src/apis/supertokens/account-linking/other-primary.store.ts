import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import { type AccountInfo, EMAIL_OF } from '../users/login-method.store.js';

const OTHER = `select i.user_id as "ownerId",
    coalesce(o.external_id, i.user_id::text) as "userId",
    case when ${EMAIL_OF} = any($4) then 'email' when i.method = $6 and i.subject = $7
      then 'provider' else 'phone' end as by
  from identities i
  join identity_tenants t on t.realm_id = i.realm_id and t.identity_id = i.id
  left join supertokens_user_ids o on o.user_id = i.user_id and o.realm_id = i.realm_id
  where i.realm_id = $1 and t.tenant_id = any($2) and i.user_id <> $3
    and (${EMAIL_OF} = any($4) or i.phone = any($5)
      or (i.method = 'phone' and i.subject = any($5)) or (i.method = $6 and i.subject = $7))
    and (exists (select 1 from supertokens_primary_users p
        where p.realm_id = i.realm_id and p.user_id = i.user_id)
      or exists (select 1 from identities x
        where x.realm_id = i.realm_id and x.user_id = i.user_id and x.id <> i.id))
  order by i.created_at limit 1`;

export interface OtherPrimary {
  readonly ownerId: string;
  readonly userId: string;
  /** What both users have. */
  readonly by: 'email' | 'phone' | 'provider';
}

/** Another primary user with this address, number or provider account in one of these tenants. */
export async function findOtherPrimary(
  sql: SqlExecutor,
  realm: Realm,
  tenantIds: readonly string[],
  ownerId: string,
  { email, phone, provider }: AccountInfo,
): Promise<OtherPrimary | undefined> {
  const known = (value: string | undefined) => (value === undefined ? [] : [value]);
  const [row] = await sql.query<OtherPrimary>(OTHER, [
    realm.id,
    tenantIds,
    ownerId,
    known(email),
    known(phone),
    provider?.method ?? null,
    provider?.userId ?? null,
  ]);
  return row;
}
