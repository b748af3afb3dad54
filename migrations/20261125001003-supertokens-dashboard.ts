import { Migration } from '@mikro-orm/migrations';

/** Who may use SuperTokens' dashboard. */
export class SuperTokensDashboard extends Migration {
  override up(): void {
    this.addSql(`create table "supertokens_dashboard_users" (
      "id" uuid not null, "realm_id" text not null, "email" text not null, "hash" text not null,
      "created_at" timestamptz not null, primary key ("id", "realm_id"));`);
    this.addSql(`alter table "supertokens_dashboard_users"
      add constraint "supertokens_dashboard_users_email_unique" unique ("realm_id", "email");`);
    this.addSql(`alter table "supertokens_dashboard_users"
      add constraint "supertokens_dashboard_users_realm_id_foreign"
      foreign key ("realm_id") references "realms" ("id") on delete cascade;`);
    this.addSql(`create table "supertokens_dashboard_sessions" (
      "hash" text not null, "realm_id" text not null, "user_id" uuid not null,
      "expires_at" timestamptz not null, primary key ("hash", "realm_id"));`);
    this.addSql(`alter table "supertokens_dashboard_sessions"
      add constraint "supertokens_dashboard_sessions_user_id_realm_id_foreign"
      foreign key ("user_id", "realm_id") references "supertokens_dashboard_users"
      ("id", "realm_id") on update cascade on delete cascade;`);
  }

  override down(): void {
    this.addSql(`drop table "supertokens_dashboard_sessions";`);
    this.addSql(`drop table "supertokens_dashboard_users";`);
  }
}
