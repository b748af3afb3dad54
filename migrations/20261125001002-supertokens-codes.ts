import { Migration } from '@mikro-orm/migrations';

/** Passwordless sign-in and authenticator apps of SuperTokens' SDKs. */
export class SuperTokensCodes extends Migration {
  override up(): void {
    this.addSql(`create table "supertokens_login_devices" (
      "id_hash" text not null, "tenant_id" text not null, "realm_id" text not null,
      "email" text null, "phone" text null, "link_salt" bytea not null,
      "failed_attempts" int not null, primary key ("id_hash", "tenant_id", "realm_id"));`);
    for (const column of ['email', 'phone']) {
      this.addSql(`create index "supertokens_login_devices_${column}_index"
        on "supertokens_login_devices" ("realm_id", "${column}");`);
    }
    this.addSql(`create table "supertokens_login_codes" (
      "id" text not null, "realm_id" text not null, "tenant_id" text not null,
      "device_hash" text not null, "link_code_hash" text not null,
      "created_at" timestamptz not null, primary key ("id", "realm_id"));`);
    this.addSql(`create index "supertokens_login_codes_device_index"
      on "supertokens_login_codes" ("realm_id", "device_hash");`);
    this.addSql(`alter table "supertokens_login_codes"
      add constraint "supertokens_login_codes_link_code_unique"
      unique ("realm_id", "tenant_id", "link_code_hash");`);
    this.addSql(`alter table "supertokens_login_codes"
      add constraint "supertokens_login_codes_device_hash_tenant_id_realm_id_foreign"
      foreign key ("device_hash", "tenant_id", "realm_id")
      references "supertokens_login_devices" ("id_hash", "tenant_id", "realm_id")
      on update cascade on delete cascade;`);
    this.addSql(`create table "supertokens_totp_devices" (
      "subject" text not null, "name" text not null, "realm_id" text not null,
      "sealed_secret" bytea not null, "period" int not null, "skew" int not null,
      "verified" boolean not null, "created_at" timestamptz not null,
      primary key ("subject", "name", "realm_id"));`);
    this.addSql(`create table "supertokens_totp_attempts" (
      "subject" text not null, "tenant_id" text not null, "realm_id" text not null,
      "failed" int not null, "last_failed_at" timestamptz null, "used" text not null,
      primary key ("subject", "tenant_id", "realm_id"));`);
    for (const table of OF_REALMS) {
      this.addSql(`alter table "${table}" add constraint "${table}_realm_id_foreign"
        foreign key ("realm_id") references "realms" ("id") on delete cascade;`);
    }
  }

  override down(): void {
    this.addSql(`drop table "supertokens_login_codes";`);
    for (const table of OF_REALMS) this.addSql(`drop table "${table}";`);
  }
}

const OF_REALMS = [
  'supertokens_login_devices',
  'supertokens_totp_devices',
  'supertokens_totp_attempts',
];
