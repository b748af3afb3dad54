import { Migration } from '@mikro-orm/migrations';

/** What happened, for administrators. No foreign keys but the realm's: it outlives its subjects. */
export class AuditEvents extends Migration {
  override up(): void {
    const columns = [
      '"realm_id" text not null',
      '"id" uuid not null',
      '"type" text not null',
      '"at" timestamptz not null',
      '"actor_id" uuid null',
      '"user_id" uuid null',
      '"session_id" uuid null',
      '"ip_address" text null',
      '"user_agent" text null',
      '"operation" text null',
      '"via" text not null',
      '"details" jsonb not null',
      'primary key ("realm_id", "id")',
    ];
    this.addSql(`create table "audit_events" (${columns.join(', ')});`);
    this.addSql(`alter table "audit_events" add constraint "audit_events_realm_id_foreign"
      foreign key ("realm_id") references "realms" ("id") on delete cascade;`);
    this.addSql(`create index "audit_events_user_index"
      on "audit_events" ("realm_id", "user_id", "id") where user_id is not null;`);
    this.addSql(
      `create index "audit_events_type_index" on "audit_events" ("realm_id", "type", "id");`,
    );
  }

  override down(): void {
    this.addSql('drop table "audit_events";');
  }
}
