import { Migration } from '@mikro-orm/migrations';

/** Roles that realms define, and how administrators find users: in order, by address, by role. */
export class Roles extends Migration {
  override up(): void {
    this.addSql(
      `create table "roles" (
        "name" text not null, "realm_id" text not null, "scopes" text[] not null,
        primary key ("name", "realm_id"));`,
    );
    this.addSql(
      `alter table "roles" add constraint "roles_realm_id_foreign"
        foreign key ("realm_id") references "realms" ("id") on delete cascade;`,
    );
    // A role that somebody holds already goes on to be one that grants nothing.
    this.addSql(
      `insert into "roles" ("name", "realm_id", "scopes")
        select distinct role, "realm_id", '{}'::text[]
        from "users", unnest("roles") as role where role <> 'admin';`,
    );

    this.addSql(`create index "users_realm_id_id_index" on "users" ("realm_id", "id");`);
    this.addSql(`create index "users_roles_index" on "users" using gin ("roles");`);
    this.addSql(
      `create index "users_disabled_index"
        on "users" ("realm_id", "id") where disabled_at is not null;`,
    );
    // Searches by prefix need the order of the characters' codes, not that of a language.
    this.addSql(
      `create index "users_email_prefix_index"
        on "users" ("realm_id", "email_normalized" text_pattern_ops);`,
    );
  }

  override down(): void {
    for (const index of ['email_prefix', 'disabled', 'roles', 'realm_id_id']) {
      this.addSql(`drop index "users_${index}_index";`);
    }
    this.addSql(`drop table "roles";`);
  }
}
