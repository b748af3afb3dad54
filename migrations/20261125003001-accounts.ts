import { Migration } from '@mikro-orm/migrations';

/** One-time tokens; the language of mails to a user; users who asked to be deleted. */
export class Accounts extends Migration {
  override up(): void {
    this.addSql(`alter table "users" add column "language" text null;`);
    this.addSql(`alter table "users" add column "deletion_due_at" timestamptz null;`);
    this.addSql(
      `create table "one_time_tokens" ("hash" bytea not null, "realm_id" text not null,
        "purpose" text not null, "subject" text not null, "user_id" uuid null, "data" jsonb
        not null, "created_at" timestamptz not null, "expires_at" timestamptz not null,
        "used_at" timestamptz null, primary key ("hash", "realm_id"));`,
    );
    this.addSql(
      `create index "one_time_tokens_realm_id_subject_purpose_index" on "one_time_tokens"
        ("realm_id", "subject", "purpose");`,
    );
    this.addSql(
      `create index "one_time_tokens_realm_id_user_id_index" on "one_time_tokens"
        ("realm_id", "user_id");`,
    );
    this.addSql(
      `create index "one_time_tokens_expires_at_index" on "one_time_tokens" ("expires_at");`,
    );
    this.addSql(
      `alter table "one_time_tokens" add constraint "one_time_tokens_realm_id_foreign"
        foreign key ("realm_id") references "realms" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "one_time_tokens" add constraint
        "one_time_tokens_user_id_realm_id_foreign" foreign key ("user_id", "realm_id")
        references "users" ("id", "realm_id") on update cascade on delete cascade;`,
    );
  }

  override down(): void {
    this.addSql(`drop table "one_time_tokens";`);
    this.addSql(`alter table "users" drop column "deletion_due_at";`);
    this.addSql(`alter table "users" drop column "language";`);
  }
}
