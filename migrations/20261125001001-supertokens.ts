import { Migration } from '@mikro-orm/migrations';

/** What SuperTokens' SDKs need beside users, identities and sessions. */
export class SuperTokens extends Migration {
  override up(): void {
    this.addSql(`alter table "identities" add column "phone" text null;`);
    for (const [table, { columns, key, parent }] of Object.entries(TABLES)) {
      this.addSql(`create table "${table}" (${columns}, primary key (${key}));`);
      const { own, theirs, onUpdate } = KEYS[parent];
      const name = `${table}_${own.join('_')}_foreign`;
      const owner = parent === 'its realm' ? 'realms' : parent;
      this.addSql(`alter table "${table}" add constraint "${name}" foreign key (${quoted(own)})
        references "${owner}" (${quoted(theirs)})${onUpdate} on delete cascade;`);
    }
    for (const [name, on] of INDEXES) this.addSql(`create index "${name}" on ${on};`);
    this.addSql(`alter table "supertokens_user_ids"
      add constraint "supertokens_user_ids_external_id_unique"
      unique ("realm_id", "external_id");`);
    // A refresh changes no indexed column but the expiry; with room on the page it stays cheap.
    this.addSql(`alter table "supertokens_sessions" set (fillfactor = 70);`);
  }

  override down(): void {
    for (const table of Object.keys(TABLES).toReversed()) this.addSql(`drop table "${table}";`);
    this.addSql(`alter table "identities" drop column "phone";`);
  }
}

const COMPOSITE = { theirs: ['id', 'realm_id'], onUpdate: ' on update cascade' };
const KEYS = {
  realms: { own: ['realm_id'], theirs: ['id'], onUpdate: '' },
  /** Where it is the whole primary key, MikroORM has it follow. */
  'its realm': { own: ['realm_id'], theirs: ['id'], onUpdate: ' on update cascade' },
  users: { own: ['user_id', 'realm_id'], ...COMPOSITE },
  identities: { own: ['user_id', 'realm_id'], ...COMPOSITE },
  supertokens_roles: {
    own: ['name', 'realm_id'],
    theirs: ['name', 'realm_id'],
    onUpdate: ' on update cascade',
  },
} as const;

function quoted(columns: readonly string[]): string {
  return columns.map((column) => `"${column}"`).join(', ');
}

interface Table {
  readonly columns: string;
  readonly key: string;
  readonly parent: keyof typeof KEYS;
}

const TABLES: Readonly<Record<string, Table>> = {
  supertokens_apps: {
    columns: '"realm_id" text not null, "settings" text not null',
    key: '"realm_id"',
    parent: 'its realm',
  },
  supertokens_tenants: {
    columns: `
      "id" text not null, "realm_id" text not null, "settings" text not null,
      "first_factors" text[] null, "required_secondary_factors" text[] null,
      "providers" text not null`,
    key: '"id", "realm_id"',
    parent: 'realms',
  },
  supertokens_keys: {
    columns: `
      "kid" text not null, "realm_id" text not null, "sealed_private_jwk" bytea not null,
      "created_at" timestamptz not null`,
    key: '"kid", "realm_id"',
    parent: 'realms',
  },
  supertokens_sessions: {
    columns: `
      "id" uuid not null, "realm_id" text not null, "tenant_id" text not null,
      "subject" text not null, "user_id" uuid null, "refresh_hash" text not null,
      "uses_static_key" boolean not null, "data" text not null, "claims" text not null,
      "expires_at" timestamptz not null, "created_at" timestamptz not null`,
    key: '"id", "realm_id"',
    parent: 'realms',
  },
  supertokens_user_ids: {
    columns: `
      "user_id" uuid not null, "realm_id" text not null, "external_id" text not null,
      "info" text null`,
    key: '"user_id", "realm_id"',
    parent: 'identities',
  },
  supertokens_primary_users: {
    columns: '"user_id" uuid not null, "realm_id" text not null',
    key: '"user_id", "realm_id"',
    parent: 'users',
  },
  supertokens_active_users: {
    columns: `
      "subject" text not null, "realm_id" text not null,
      "last_active_at" timestamptz not null`,
    key: '"subject", "realm_id"',
    parent: 'realms',
  },
  supertokens_verified_emails: {
    columns: '"subject" text not null, "email" text not null, "realm_id" text not null',
    key: '"subject", "email", "realm_id"',
    parent: 'realms',
  },
  supertokens_tokens: {
    columns: `
      "hash" text not null, "realm_id" text not null, "purpose" text not null,
      "tenant_id" text not null, "subject" text not null, "email" text not null,
      "expires_at" timestamptz not null`,
    key: '"hash", "realm_id"',
    parent: 'realms',
  },
  supertokens_metadata: {
    columns: '"subject" text not null, "realm_id" text not null, "data" text not null',
    key: '"subject", "realm_id"',
    parent: 'realms',
  },
  supertokens_roles: {
    columns: '"name" text not null, "realm_id" text not null, "permissions" text[] not null',
    key: '"name", "realm_id"',
    parent: 'realms',
  },
  supertokens_role_assignments: {
    columns: `
      "tenant_id" text not null, "subject" text not null, "name" text not null,
      "realm_id" text not null`,
    key: '"tenant_id", "subject", "name", "realm_id"',
    parent: 'supertokens_roles',
  },
};

const INDEXES = [
  [
    'supertokens_role_assignments_role_index',
    '"supertokens_role_assignments" ("realm_id", "name")',
  ],
  ['supertokens_sessions_subject_index', '"supertokens_sessions" ("realm_id", "subject")'],
  ['supertokens_sessions_user_index', '"supertokens_sessions" ("realm_id", "user_id")'],
  ['supertokens_sessions_expires_at_index', '"supertokens_sessions" ("expires_at")'],
  ['supertokens_tokens_subject_index', '"supertokens_tokens" ("realm_id", "subject")'],
] as const;
