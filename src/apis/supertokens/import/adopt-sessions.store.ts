import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export interface AdoptedSession {
  readonly id: string;
  readonly tenantId: string;
  readonly subject: string;
  /** The subject, if it has the form of an id of ours. */
  readonly ownId: string | null;
  readonly refreshHash: string;
  readonly usesStaticKey: boolean;
  readonly data: string;
  readonly claims: string;
  readonly expiresAt: string;
  readonly createdAt: string;
}

/** The graph lists sessions of our own users, too; one that was ended there stays ended. */
const SESSIONS = `with rows as materialized (
    select r.*, coalesce(i.user_id, j.user_id) as owner_id
    from jsonb_to_recordset($2::jsonb) as r("id" uuid, "tenantId" text, "subject" text,
      "ownId" uuid, "refreshHash" text, "usesStaticKey" boolean, "data" text, "claims" text,
      "expiresAt" timestamptz, "createdAt" timestamptz)
    left join identities i on i.realm_id = $1 and i.id = r."ownId"
    left join supertokens_user_ids x on x.realm_id = $1 and x.external_id = r.subject
    left join identities j on j.realm_id = $1 and j.id = x.user_id
  ), listed as (
    insert into sessions (id, realm_id, user_id, created_at, last_used_at, expires_at,
      absolute_expires_at, access_expires_at, amr, generation, current_hash)
    select r.id, $1, r.owner_id, r."createdAt", r."createdAt", r."expiresAt", r."expiresAt", $3,
      '{}', 0, decode(r."refreshHash", 'hex')
    from rows r where r.owner_id is not null on conflict do nothing
    returning id
  )
  insert into supertokens_sessions (id, realm_id, tenant_id, subject, user_id, refresh_hash,
    uses_static_key, data, claims, expires_at, created_at)
  select r.id, $1, r."tenantId", r.subject, r.owner_id, r."refreshHash", r."usesStaticKey", r.data,
    r.claims, r."expiresAt", r."createdAt"
  from rows r where r.owner_id is null or r.id in (select id from listed)
  on conflict do nothing returning id`;

/** Resolves to how many were new. */
export async function adoptSessions(
  sql: SqlExecutor,
  realm: Realm,
  sessions: readonly AdoptedSession[],
  accessExpiresAt: Date,
): Promise<number> {
  const values = [realm.id, JSON.stringify(sessions), accessExpiresAt];
  return (await sql.query(SESSIONS, values)).length;
}
