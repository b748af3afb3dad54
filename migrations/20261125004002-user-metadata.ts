import { Migration } from '@mikro-orm/migrations';

/** What applications store with a user. */
export class UserMetadata extends Migration {
  override up(): void {
    this.addSql(
      `alter table "users" add column "public_metadata" jsonb not null default '{}', add column "private_metadata" jsonb not null default '{}';`,
    );
  }

  override down(): void {
    this.addSql(
      `alter table "users" drop column "public_metadata", drop column "private_metadata";`,
    );
  }
}
