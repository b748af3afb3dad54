import { Migration } from '@mikro-orm/migrations';

/** Realms, users, passwords, sessions and signing keys. */
export class FirstSchema extends Migration {
  override up(): void {
    this.addSql(
      `create table "realms" ("id" text not null, "created_at" timestamptz not null default now(), primary key ("id"));`,
    );
    this.addSql(`insert into "realms" ("id") values ('default');`);

    this.addSql(
      `create table "users" ("id" uuid not null, "realm_id" text not null, "email" text not null, "email_normalized" text not null, "email_verified_at" timestamptz null, "roles" text[] not null, "disabled_at" timestamptz null, "created_at" timestamptz not null, primary key ("id", "realm_id"));`,
    );
    this.addSql(
      `alter table "users" add constraint "users_realm_id_email_normalized_unique" unique ("realm_id", "email_normalized");`,
    );
    this.addSql(
      `alter table "users" add constraint "users_realm_id_foreign" foreign key ("realm_id") references "realms" ("id");`,
    );

    this.addSql(
      `create table "password_credentials" ("user_id" uuid not null, "realm_id" text not null, "hash" text not null, "updated_at" timestamptz not null, primary key ("user_id", "realm_id"));`,
    );
    this.addSql(
      `alter table "password_credentials" add constraint "password_credentials_realm_id_foreign" foreign key ("realm_id") references "realms" ("id");`,
    );
    this.addSql(
      `alter table "password_credentials" add constraint "password_credentials_user_id_realm_id_foreign" foreign key ("user_id", "realm_id") references "users" ("id", "realm_id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `create table "sessions" ("id" uuid not null, "realm_id" text not null, "user_id" uuid not null, "created_at" timestamptz not null, "last_used_at" timestamptz not null, "expires_at" timestamptz not null, "absolute_expires_at" timestamptz not null, "ended_at" timestamptz null, "end_reason" text null, "amr" text[] not null, "ip_address" text null, "user_agent" text null, "generation" int not null, "current_hash" bytea not null, "previous_hash" bytea null, "rotated_at" timestamptz null, "successor_nonce" bytea null, primary key ("id", "realm_id"));`,
    );
    // A refresh changes no indexed column, so with room on the page the update stays heap-only
    // (HOT).
    this.addSql(`alter table "sessions" set (fillfactor = 70);`);
    this.addSql(
      `create index "sessions_realm_id_user_id_id_index" on "sessions" ("realm_id", "user_id", "id");`,
    );
    this.addSql(
      `create index "sessions_realm_id_ended_at_index" on "sessions" ("realm_id", "ended_at");`,
    );
    this.addSql(
      `create index "sessions_realm_id_absolute_expires_at_index" on "sessions" ("realm_id", "absolute_expires_at");`,
    );
    this.addSql(
      `alter table "sessions" add constraint "sessions_realm_id_foreign" foreign key ("realm_id") references "realms" ("id");`,
    );
    this.addSql(
      `alter table "sessions" add constraint "sessions_user_id_realm_id_foreign" foreign key ("user_id", "realm_id") references "users" ("id", "realm_id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `create table "signing_keys" ("kid" text not null, "realm_id" text not null, "algorithm" text not null, "public_jwk" jsonb not null, "sealed_private_jwk" bytea not null, "created_at" timestamptz not null, "activates_at" timestamptz not null, primary key ("kid", "realm_id"));`,
    );
    this.addSql(
      `alter table "signing_keys" add constraint "signing_keys_realm_id_foreign" foreign key ("realm_id") references "realms" ("id");`,
    );
  }

  override down(): void {
    for (const table of ['signing_keys', 'sessions', 'password_credentials', 'users', 'realms']) {
      this.addSql(`drop table "${table}";`);
    }
  }
}
