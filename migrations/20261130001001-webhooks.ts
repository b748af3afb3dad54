import { Migration } from '@mikro-orm/migrations';

/** Servers of others that are told what happens. */
export class Webhooks extends Migration {
  override up(): void {
    const columns = [
      '"realm_id" text not null',
      '"id" uuid not null',
      '"url" text not null',
      '"events" text[] not null',
      '"sealed_secret" bytea not null',
      '"sealed_previous_secret" bytea null',
      '"previous_secret_until" timestamptz null',
      '"created_at" timestamptz not null',
      '"last_delivery_at" timestamptz null',
      '"failing_since" timestamptz null',
      '"failed_at" timestamptz null',
      '"switched_off_at" timestamptz null',
      'primary key ("realm_id", "id")',
    ];
    this.addSql(`create table "webhooks" (${columns.join(', ')});`);
    this.addSql(`alter table "webhooks" add constraint "webhooks_realm_id_foreign"
      foreign key ("realm_id") references "realms" ("id") on delete cascade;`);
  }

  override down(): void {
    this.addSql('drop table "webhooks";');
  }
}
