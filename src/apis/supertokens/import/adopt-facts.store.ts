import type { Realm } from '../../../kernel/realm.js';
import type { SqlExecutor } from '../../../platform/database/database.js';
import type { CoreFact, FactKind } from './core-source.store.js';

const ROWS = `jsonb_to_recordset($2::jsonb) as r("subject" text, "value" text, "tenant" text)`;
const STATEMENTS: Readonly<Record<FactKind, string>> = {
  'verified emails': `insert into supertokens_verified_emails (subject, email, realm_id)
    select r.subject, r.value, $1 from ${ROWS} on conflict do nothing returning subject`,
  metadata: `insert into supertokens_metadata (subject, data, realm_id)
    select r.subject, r.value, $1 from ${ROWS} on conflict do nothing returning subject`,
  'role assignments': `insert into supertokens_role_assignments (tenant_id, subject, name, realm_id)
    select r.tenant, r.subject, o.name, $1 from ${ROWS}
    join supertokens_roles o on o.realm_id = $1 and o.name = r.value
    on conflict do nothing returning subject`,
};

/** Resolves to how many were new. */
export async function adoptFacts(
  sql: SqlExecutor,
  realm: Realm,
  kind: FactKind,
  facts: readonly CoreFact[],
): Promise<number> {
  return (await sql.query(STATEMENTS[kind], [realm.id, JSON.stringify(facts)])).length;
}

const ROLE = `insert into supertokens_roles (name, realm_id, permissions) values ($2, $1, $3)
  on conflict do nothing returning name`;

/** False when there is one of that name, which stays as it is. */
export async function adoptRole(
  sql: SqlExecutor,
  realm: Realm,
  role: { readonly name: string; readonly permissions: readonly string[] },
): Promise<boolean> {
  return (await sql.query(ROLE, [realm.id, role.name, [...role.permissions]])).length > 0;
}
