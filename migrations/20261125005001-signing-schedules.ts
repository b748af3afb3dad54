import { Migration } from '@mikro-orm/migrations';

/** By what settings nodes sign, for commands that run elsewhere. */
export class SigningSchedules extends Migration {
  override up(): void {
    this.addSql(`create table "signing_schedules" ("realm_id" text not null,
      "algorithm" text not null, "jwks_max_age" int not null, "token_lifetime" int not null,
      "rotation_period" int not null, primary key ("realm_id"));`);
    this.addSql(`alter table "signing_schedules"
      add constraint "signing_schedules_realm_id_foreign" foreign key ("realm_id")
      references "realms" ("id") on update cascade on delete cascade;`);
  }

  override down(): void {
    this.addSql(`drop table "signing_schedules";`);
  }
}
