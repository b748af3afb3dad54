import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';

export type Purpose = 'password-reset' | 'email-verification';

export interface OneTimeToken {
  readonly hash: string;
  readonly tenantId: string;
  readonly subject: string;
  readonly email: string;
  readonly expiresAt: Date;
}

const INSERT = `insert into supertokens_tokens
    (hash, realm_id, purpose, tenant_id, subject, email, expires_at)
  values ($1, $2, $3, $4, $5, $6, $7)`;

export async function insertOneTimeToken(
  sql: SqlExecutor,
  realm: Realm,
  purpose: Purpose,
  token: OneTimeToken,
): Promise<void> {
  const { hash, tenantId, subject, email, expiresAt } = token;
  await sql.query(INSERT, [hash, realm.id, purpose, tenantId, subject, email, expiresAt]);
}

/** Of parallel calls with one token, one finds it: the others wait, and then it is gone. */
const TAKE = `delete from supertokens_tokens
  where realm_id = $1 and purpose = $2 and hash = $3 and ($4::text is null or tenant_id = $4)
  returning hash, tenant_id as "tenantId", subject, email, expires_at as "expiresAt"`;

export async function takeOneTimeToken(
  sql: SqlExecutor,
  realm: Realm,
  purpose: Purpose,
  { hash, tenantId = null }: { readonly hash: string; readonly tenantId?: string | null },
): Promise<OneTimeToken | undefined> {
  type Row = Omit<OneTimeToken, 'expiresAt'> & { readonly expiresAt: string };
  const [row] = await sql.query<Row>(TAKE, [realm.id, purpose, hash, tenantId]);
  return row && { ...row, expiresAt: new Date(row.expiresAt) };
}

const DELETE = `delete from supertokens_tokens
  where realm_id = $1 and purpose = $2 and subject = $3
    and ($4::text is null or email = $4) and ($5::text is null or tenant_id = $5)`;

/** All of a subject's; only those of an address, or a tenant, where they are given. */
export async function deleteOneTimeTokens(
  sql: SqlExecutor,
  realm: Realm,
  purpose: Purpose,
  which: { readonly subject: string; readonly email?: string; readonly tenantId?: string },
): Promise<void> {
  const { subject, email = null, tenantId = null } = which;
  await sql.query(DELETE, [realm.id, purpose, subject, email, tenantId]);
}
