import { Migration } from '@mikro-orm/migrations';

/** The keys of refresh tokens that a SuperTokens core made, so that its sessions go on. */
export class SuperTokensImport extends Migration {
  override up(): void {
    this.addSql(`create table "supertokens_refresh_keys" (
      "realm_id" text not null, "sealed_key" bytea not null, primary key ("realm_id"));`);
    this.addSql(`alter table "supertokens_refresh_keys"
      add constraint "supertokens_refresh_keys_realm_id_foreign" foreign key ("realm_id")
      references "realms" ("id") on update cascade on delete cascade;`);
  }

  override down(): void {
    this.addSql(`drop table "supertokens_refresh_keys";`);
  }
}
