import { Migration } from '@mikro-orm/migrations';

/**
 * Settings of realms; what belongs to a realm goes with it. Identities: the ways by which a user is
 * known. Every user of the first version has one, their password, under the user's own id.
 */
export class RealmsAndIdentities extends Migration {
  override up(): void {
    this.addSql(`alter table "realms" add column "settings" jsonb not null default '{}';`);

    this.addSql(`alter table "users" drop constraint "users_realm_id_email_normalized_unique";`);
    this.addSql(`alter table "users" alter column "email" drop not null;`);
    this.addSql(`alter table "users" alter column "email_normalized" drop not null;`);
    this.addSql(
      `create index "users_realm_id_email_normalized_index" on "users" ("realm_id", "email_normalized");`,
    );

    this.addSql(
      `create table "identities" ("id" uuid not null, "realm_id" text not null, "user_id" uuid not null, "method" text not null, "subject" text not null, "email" text null, "verified_at" timestamptz null, "created_at" timestamptz not null, "last_used_at" timestamptz null);`,
    );
    this.addSql(
      `insert into "identities" ("id", "realm_id", "user_id", "method", "subject", "email", "verified_at", "created_at") select u."id", u."realm_id", u."id", 'password', u."email_normalized", u."email", u."email_verified_at", u."created_at" from "users" u join "password_credentials" p on p."user_id" = u."id" and p."realm_id" = u."realm_id";`,
    );
    this.addSql(`alter table "identities" add primary key ("id", "realm_id");`);
    this.addSql(
      `create index "identities_realm_id_user_id_index" on "identities" ("realm_id", "user_id");`,
    );
    this.addSql(
      `create table "identity_tenants" ("realm_id" text not null, "tenant_id" text not null, "method" text not null, "subject" text not null, "identity_id" uuid not null);`,
    );
    this.addSql(
      `insert into "identity_tenants" ("realm_id", "tenant_id", "method", "subject", "identity_id") select "realm_id", 'public', "method", "subject", "id" from "identities";`,
    );
    this.addSql(
      `alter table "identity_tenants" add primary key ("realm_id", "tenant_id", "method", "subject");`,
    );
    this.addSql(
      `create index "identity_tenants_realm_id_identity_id_index" on "identity_tenants" ("realm_id", "identity_id");`,
    );

    this.addSql(`alter table "password_credentials" rename to "passwords";`);
    this.addSql(`alter table "passwords" rename column "user_id" to "identity_id";`);
    this.addSql(
      `alter table "passwords" drop constraint "password_credentials_user_id_realm_id_foreign";`,
    );
    this.addSql(
      `alter table "passwords" rename constraint "password_credentials_pkey" to "passwords_pkey";`,
    );

    this.addSql(`alter table "sessions" add column "access_expires_at" timestamptz null;`);
    this.addSql(`drop index "sessions_realm_id_ended_at_index";`);
    this.addSql(
      `create index "sessions_ended_at_index" on "sessions" ("ended_at") where ended_at is not null;`,
    );

    for (const [table, constraint] of OLD_REALM_KEYS) {
      this.addSql(`alter table "${table}" drop constraint "${constraint}";`);
    }
    for (const [table, columns, parent] of FOREIGN_KEYS) {
      this.addSql(addForeignKey(table, columns, parent));
    }
  }

  override down(): void {
    for (const [table, columns] of FOREIGN_KEYS) {
      this.addSql(`alter table "${table}" drop constraint "${nameOf(table, columns)}";`);
    }
    this.addSql(`drop index "sessions_ended_at_index";`);
    this.addSql(
      `create index "sessions_realm_id_ended_at_index" on "sessions" ("realm_id", "ended_at");`,
    );
    this.addSql(`alter table "sessions" drop column "access_expires_at";`);
    this.addSql(
      `alter table "passwords" rename constraint "passwords_pkey" to "password_credentials_pkey";`,
    );
    this.addSql(`drop table "identity_tenants";`);
    this.addSql(`drop table "identities";`);
    this.addSql(`drop index "users_realm_id_email_normalized_index";`);
    this.addSql(`delete from "users" where "email" is null;`);
    this.addSql(`alter table "users" alter column "email" set not null;`);
    this.addSql(`alter table "users" alter column "email_normalized" set not null;`);
    this.addSql(
      `alter table "users" add constraint "users_realm_id_email_normalized_unique" unique ("realm_id", "email_normalized");`,
    );
    this.addSql(`alter table "realms" drop column "settings";`);
    for (const [table, constraint] of OLD_REALM_KEYS) {
      this.addSql(
        `alter table "${table}" add constraint "${constraint}" foreign key ("realm_id") references "realms" ("id");`,
      );
    }
    this.addSql(`alter table "passwords" rename column "identity_id" to "user_id";`);
    this.addSql(`alter table "passwords" rename to "password_credentials";`);
    this.addSql(
      `alter table "password_credentials" add constraint "password_credentials_user_id_realm_id_foreign" foreign key ("user_id", "realm_id") references "users" ("id", "realm_id") on update cascade on delete cascade;`,
    );
  }
}

const OLD_REALM_KEYS = [
  ['users', 'users_realm_id_foreign'],
  ['passwords', 'password_credentials_realm_id_foreign'],
  ['sessions', 'sessions_realm_id_foreign'],
  ['signing_keys', 'signing_keys_realm_id_foreign'],
] as const;

/** That a session's or an identity's realm exists follows from its user's. */
const FOREIGN_KEYS = [
  ['users', ['realm_id'], 'realms'],
  ['signing_keys', ['realm_id'], 'realms'],
  ['identities', ['user_id', 'realm_id'], 'users'],
  ['identity_tenants', ['identity_id', 'realm_id'], 'identities'],
  ['passwords', ['identity_id', 'realm_id'], 'identities'],
] as const;

function addForeignKey(table: string, columns: readonly string[], parent: string): string {
  const own = columns.map((column) => `"${column}"`).join(', ');
  const theirs = parent === 'realms' ? '"id"' : '"id", "realm_id"';
  const onUpdate = parent === 'realms' ? '' : ' on update cascade';
  return `alter table "${table}" add constraint "${nameOf(table, columns)}" foreign key (${own}) references "${parent}" (${theirs})${onUpdate} on delete cascade;`;
}

function nameOf(table: string, columns: readonly string[]): string {
  return `${table}_${columns.join('_')}_foreign`;
}
