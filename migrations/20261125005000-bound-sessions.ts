import { Migration } from '@mikro-orm/migrations';

/** Sessions may be bound to a key of the client (RFC 9449). */
export class BoundSessions extends Migration {
  override up(): void {
    this.addSql(`alter table "sessions" add column "key_thumbprint" text null;`);
  }

  override down(): void {
    this.addSql(`alter table "sessions" drop column "key_thumbprint";`);
  }
}
