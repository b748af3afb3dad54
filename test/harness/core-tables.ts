import {
  createCipheriv,
  createHash,
  generateKeyPairSync,
  pbkdf2Sync,
  randomBytes,
  randomUUID,
} from 'node:crypto';
import { Client } from 'pg';

/** The tables of SuperTokens' core 10 that an import reads, with its columns, types and keys. */
const TABLES = `
  create table apps (app_id varchar(64) primary key, created_at_time bigint);
  create table tenants (app_id varchar(64) not null default 'public' references apps,
    tenant_id varchar(64) not null default 'public', created_at_time bigint,
    primary key (app_id, tenant_id));
  create table tenant_configs (connection_uri_domain varchar(256) default '',
    app_id varchar(64) default 'public', tenant_id varchar(64) default 'public', core_config text,
    email_password_enabled boolean, passwordless_enabled boolean, third_party_enabled boolean,
    is_first_factors_null boolean, primary key (connection_uri_domain, app_id, tenant_id));
  create table tenant_first_factors (connection_uri_domain varchar(256) default '',
    app_id varchar(64), tenant_id varchar(64), factor_id varchar(128));
  create table tenant_required_secondary_factors (connection_uri_domain varchar(256) default '',
    app_id varchar(64), tenant_id varchar(64), factor_id varchar(128));
  create table tenant_thirdparty_providers (connection_uri_domain varchar(256) default '',
    app_id varchar(64), tenant_id varchar(64), third_party_id varchar(28), name varchar(64),
    authorization_endpoint text, authorization_endpoint_query_params text, token_endpoint text,
    token_endpoint_body_params text, user_info_endpoint text,
    user_info_endpoint_query_params text, user_info_endpoint_headers text, jwks_uri text,
    oidc_discovery_endpoint text, require_email boolean,
    user_info_map_from_id_token_payload_user_id varchar(64),
    user_info_map_from_id_token_payload_email varchar(64),
    user_info_map_from_id_token_payload_email_verified varchar(64),
    user_info_map_from_user_info_endpoint_user_id varchar(64),
    user_info_map_from_user_info_endpoint_email varchar(64),
    user_info_map_from_user_info_endpoint_email_verified varchar(64));
  create table tenant_thirdparty_provider_clients (
    connection_uri_domain varchar(256) default '', app_id varchar(64), tenant_id varchar(64),
    third_party_id varchar(28), client_type varchar(64) default '', client_id varchar(256),
    client_secret text, scope varchar(128)[], force_pkce boolean, additional_config text);
  create table key_value (app_id varchar(64) not null default 'public',
    tenant_id varchar(64) not null default 'public', name varchar(128), value text,
    created_at_time bigint, primary key (app_id, tenant_id, name));
  create table app_id_to_user_id (app_id varchar(64) not null default 'public',
    user_id char(36) not null, recipe_id varchar(128) not null,
    primary_or_recipe_user_id char(36) not null,
    is_linked_or_is_a_primary_user boolean not null default false, primary key (app_id, user_id));
  create table all_auth_recipe_users (app_id varchar(64) not null default 'public',
    tenant_id varchar(64) not null default 'public', user_id char(36) not null,
    primary_or_recipe_user_id char(36) not null,
    is_linked_or_is_a_primary_user boolean not null default false, recipe_id varchar(128) not null,
    time_joined bigint not null, primary_or_recipe_user_time_joined bigint not null,
    primary key (app_id, tenant_id, user_id));
  create table userid_mapping (app_id varchar(64) not null default 'public',
    supertokens_user_id char(36) not null, external_user_id varchar(128) not null,
    external_user_id_info text, primary key (app_id, supertokens_user_id, external_user_id));
  create table emailpassword_users (app_id varchar(64) not null default 'public',
    user_id char(36) not null, email varchar(256) not null, password_hash varchar(256) not null,
    time_joined bigint not null, primary key (app_id, user_id));
  create table thirdparty_users (app_id varchar(64) not null default 'public',
    third_party_id varchar(28) not null, third_party_user_id varchar(256) not null,
    user_id char(36) not null, email varchar(256) not null, time_joined bigint not null,
    primary key (app_id, user_id));
  create table passwordless_users (app_id varchar(64) not null default 'public',
    user_id char(36) not null, email varchar(256), phone_number varchar(256),
    time_joined bigint not null, primary key (app_id, user_id));
  create table emailverification_verified_emails (app_id varchar(64) not null default 'public',
    user_id varchar(128) not null, email varchar(256) not null,
    primary key (app_id, user_id, email));
  create table user_metadata (app_id varchar(64) not null default 'public',
    user_id varchar(128) not null, user_metadata text not null, primary key (app_id, user_id));
  create table roles (app_id varchar(64) not null default 'public', role varchar(255) not null,
    primary key (app_id, role));
  create table role_permissions (app_id varchar(64) not null default 'public',
    role varchar(255) not null, permission varchar(255) not null,
    primary key (app_id, role, permission));
  create table user_roles (app_id varchar(64) not null default 'public',
    tenant_id varchar(64) not null default 'public', user_id varchar(128) not null,
    role varchar(255) not null, primary key (app_id, tenant_id, user_id, role));
  create table session_info (app_id varchar(64) not null default 'public',
    tenant_id varchar(64) not null default 'public', session_handle varchar(255) not null,
    user_id varchar(128) not null, refresh_token_hash_2 varchar(128) not null, session_data text,
    expires_at bigint not null, created_at_time bigint not null, jwt_user_payload text,
    use_static_key boolean not null, primary key (app_id, tenant_id, session_handle));
  create table session_access_token_signing_keys (app_id varchar(64) not null default 'public',
    created_at_time bigint not null, value text, primary key (app_id, created_at_time));
  create table jwt_signing_keys (app_id varchar(64) not null default 'public',
    key_id varchar(255) not null, key_string text not null, algorithm varchar(10) not null,
    created_at bigint, primary key (app_id, key_id));
  create table totp_user_devices (app_id varchar(64) not null default 'public',
    user_id varchar(128) not null, device_name varchar(256) not null, secret_key varchar(256),
    period integer, skew integer, verified boolean, created_at bigint,
    primary key (app_id, user_id, device_name));
  create table user_last_active (app_id varchar(64) not null default 'public',
    user_id varchar(128) not null, last_active_time bigint, primary key (app_id, user_id));
  insert into apps values ('public', 0);
  insert into tenants values ('public', 'public', 0);`;

export interface CorePerson {
  readonly id: string;
  readonly email: string;
  readonly tenantId?: string;
  readonly primaryId?: string;
}

export interface CoreSessionFixture {
  readonly handle: string;
  readonly refreshToken: string;
  readonly refreshHash1: string;
}

/** A database as a SuperTokens core leaves it. */
export class CoreTables implements AsyncDisposable {
  readonly #client: Client;
  readonly #joined = Date.now() - 86_400_000;
  /** PBKDF2 as the core makes the key; what it is does not matter to anybody. */
  readonly refreshKey =
    `1000:${randomBytes(64).toString('hex')}:${randomBytes(64).toString('hex')}`;
  readonly dynamicKey = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly dynamicKid = `d-${this.#joined}`;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async write(url: string): Promise<CoreTables> {
    const client = new Client({ connectionString: url });
    await client.connect();
    const tables = new CoreTables(client);
    await client.query(TABLES);
    await tables.#writeKeys();
    return tables;
  }

  async query(sql: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.#client.query(sql, values)).rows;
  }

  async #writeKeys(): Promise<void> {
    const { publicKey, privateKey } = this.dynamicKey;
    const pair = [
      publicKey.export({ format: 'der', type: 'spki' }),
      privateKey.export({ format: 'der', type: 'pkcs8' }),
    ].map((der) => der.toString('base64'));
    const text = [this.#joined, pair.join(';')];
    await this.query(
      'insert into session_access_token_signing_keys (created_at_time, value) values ($1, $2)',
      text,
    );
    await this.query(
      `insert into jwt_signing_keys (key_id, key_string, algorithm, created_at)
       values ($1, $2, 'RS256', $3)`,
      [`s-${randomUUID()}`, pair.join('|'), this.#joined],
    );
    await this.query(
      `insert into key_value (name, value, created_at_time) values ('refresh_token_key', $1, 0)`,
      [this.refreshKey],
    );
  }

  async #user(recipeId: string, { id, tenantId = 'public', primaryId }: CorePerson): Promise<void> {
    const values = [id, recipeId, primaryId ?? id, primaryId !== undefined];
    await this.query(`insert into app_id_to_user_id values ('public', $1, $2, $3, $4)`, values);
    await this.query(
      `insert into all_auth_recipe_users values ('public', $6, $1, $3, $4, $2, $5, $5)`,
      [...values, this.#joined, tenantId],
    );
  }

  async passwordUser(person: CorePerson, hash: string): Promise<void> {
    await this.#user('emailpassword', person);
    const values = [person.id, person.email, hash, this.#joined];
    await this.query(`insert into emailpassword_users values ('public', $1, $2, $3, $4)`, values);
  }

  async providerUser(person: CorePerson, providerUserId: string): Promise<void> {
    await this.#user('thirdparty', person);
    const values = [providerUserId, person.id, person.email, this.#joined];
    await this.query(
      `insert into thirdparty_users values ('public', 'google', $1, $2, $3, $4)`,
      values,
    );
  }

  /** Many, with one hash, and a session each. */
  async crowd(count: number, hash: string): Promise<void> {
    const values = [count, hash, this.#joined, Date.now() + 86_400_000];
    await this.query(
      `with people as (
         select gen_random_uuid()::text as id, 'crowd' || n || '@core.example.com' as email
         from generate_series(1, $1::int) n
       ), known as (
         insert into app_id_to_user_id select 'public', id, 'emailpassword', id, false from people
       ), listed as (
         insert into all_auth_recipe_users
         select 'public', 'public', id, id, false, 'emailpassword', $3, $3 from people
       ), sessions as (
         insert into session_info select 'public', 'public', gen_random_uuid()::text, id,
           encode(sha256(id::bytea), 'hex'), '{}', $4, $3, '{}', false from people
       )
       insert into emailpassword_users select 'public', id, email, $2, $3 from people`,
      values,
    );
  }

  /** A session whose refresh token nobody has used yet. */
  async session(userId: string, claims: object = {}): Promise<CoreSessionFixture> {
    const handle = randomUUID();
    const refreshToken = this.refreshToken({ sessionHandle: handle, userId });
    const refreshHash1 = sha256(refreshToken);
    const expires = Date.now() + 86_400_000;
    await this.query(
      `insert into session_info values ('public', 'public', $1, $2, $3, '{"kept":1}', $4, $5, $6,
         false)`,
      [handle, userId, sha256(refreshHash1), expires, this.#joined, JSON.stringify(claims)],
    );
    return { handle, refreshToken, refreshHash1 };
  }

  refreshToken(content: {
    readonly sessionHandle: string;
    readonly userId: string;
    readonly parentRefreshTokenHash1?: string;
  }): string {
    const nonce = sha256(randomUUID());
    const iv = randomBytes(12);
    const key = pbkdf2Sync(this.refreshKey, iv, 100, 32, 'sha512');
    const cipher = createCipheriv('aes-256-gcm', key, iv);
    const box = [iv, cipher.update(JSON.stringify({ ...content, nonce })), cipher.final()];
    return `${Buffer.concat([...box, cipher.getAuthTag()]).toString('base64')}.${nonce}.V2`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end();
  }
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
