import { Migration } from '@mikro-orm/migrations';

/** What applications store with a user. */
export class UserMetadata extends Migration {
  override up(): void {
    for (const column of ['public_metadata', 'private_metadata']) {
      this.addSql(`alter table "users" add column "${column}" jsonb not null default '{}';`);
    }
  }

  override down(): void {
    this.addSql(
      `alter table "users" drop column "public_metadata", drop column "private_metadata";`,
    );
  }
}
