import { randomUUID } from 'node:crypto';
import { hash as argon2 } from '@node-rs/argon2';
import { hash as bcrypt } from '@node-rs/bcrypt';
import { SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supertokens } from '../../src/apis/supertokens/index.js';
import { fromBase32, totpOf } from '../../src/apis/supertokens/totp/totp.policy.js';
import { outcomeOf, runCommand, said, spawnCommand } from '../harness/command-line.js';
import { CoreTables } from '../harness/core-tables.js';
import { SIGN_IN } from '../harness/graphql-client.js';
import { describeOnSharedServers, type SharedServers } from '../harness/real-servers.js';
import { startService, TEST_SECRET, type TestService } from '../harness/service.js';
import { BCRYPT_COST, IMPORT_MS, IMPORTED_USERS, SAMPLE } from '../harness/sizes.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';

const PASSWORD = 'correct horse battery';
/** Of Firebase's own documentation of its scrypt. */
const FIREBASE = {
  password: 'user1password',
  hash:
    '$f_scrypt$lSrfV15cpx95/sZS2W9c9Kp6i/LVgQNDNC/qzrCnh1SAyZvqmZqAjTdn3aoItz+VHjoZilo78198JAdRuid5lQ==' +
    '$42xEC+ixf3L2lw==$m=14$r=8$s=Bw==',
  signerKey:
    'jxspr8Ki0RYycVU8zykbdLGjFQ3McFUH0uiiTvC8pVMXAn210wjLNmdZJzxUECKbm0QsEmYUSDzZvpjeJ9WmXA==',
};

const WITH_FIREBASE = ['--firebase-signer-key', FIREBASE.signerKey];

interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  readonly body: any;
}

describeOnSharedServers("the import from a SuperTokens core's database", (open) => {
  let servers: SharedServers;
  beforeAll(async () => {
    servers = await open();
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  describe('of a few users', () => {
    const anna = { id: randomUUID(), email: 'anna@core.example.com' };
    const ben = { id: randomUUID(), email: 'ben@core.example.com' };
    const fire = { id: randomUUID(), email: 'fire@core.example.com' };
    const odd = { id: randomUUID(), email: 'odd@core.example.com' };
    const linked = { id: randomUUID(), email: anna.email, primaryId: anna.id };
    let source: TestDatabase;
    let target: TestDatabase;
    let core: CoreTables;
    let service: TestService;
    let session: Awaited<ReturnType<CoreTables['session']>>;

    beforeAll(async () => {
      source = await createTestDatabase(servers.databaseUrl, { migrated: false });
      target = await createTestDatabase(servers.databaseUrl);
      core = await CoreTables.write(source.url);
      await core.passwordUser({ ...anna, primaryId: anna.id }, await bcrypt(PASSWORD, 4));
      await core.providerUser(linked, 'google-anna');
      const asCore = { memoryCost: 8_192, timeCost: 1, parallelism: 2 };
      await core.passwordUser(ben, await argon2(PASSWORD, asCore));
      await core.passwordUser(fire, FIREBASE.hash);
      await core.passwordUser(odd, 'md5:1234');
      await core.query(`insert into userid_mapping values ('public', $1, 'ext-ben', null)`, [
        ben.id,
      ]);
      await core.query(
        `insert into emailverification_verified_emails values ('public', 'ext-ben', $1)`,
        [ben.email],
      );
      await core.query(`insert into user_metadata values ('public', 'ext-ben', '{"a":null}')`);
      await core.query(`insert into roles values ('public', 'editor')`);
      await core.query(`insert into role_permissions values ('public', 'editor', 'write')`);
      await core.query(`insert into user_roles values ('public', 'public', $1, 'editor')`, [
        anna.id,
      ]);
      await core.query(
        `insert into totp_user_devices values
          ('public', 'ext-ben', 'phone', 'GEZDGNBVGY3TQOJQ', 30, 1, true, 1700000000000),
          ('public', 'ext-ben', 'broken', '!', 30, 1, true, 1700000000000)`,
      );
      await core.query(`insert into user_last_active values ('public', 'ext-ben', 1700000000000)`);
      session = await core.session(anna.id, { plan: 'pro' });
    });
    afterAll(async () => {
      await service?.[Symbol.asyncDispose]();
      await core?.[Symbol.asyncDispose]();
      await source?.[Symbol.asyncDispose]();
      await target?.[Symbol.asyncDispose]();
    });

    it('counts without writing when it is asked to', async () => {
      const { code, stdout } = await run(source, target, '--dry-run');
      expect(code).toBe(0);
      expect(stdout.split('\n').filter(Boolean)).toEqual([
        'app public',
        '  tenants: 1',
        '  users: 5',
        '  verified emails: 1',
        '  metadata: 1',
        '  roles: 1',
        '  role assignments: 1',
        '  last active times: 1',
        '  TOTP devices: 2',
        '  signing keys: 2',
        '  sessions: 1',
      ]);
      const asJson = await run(source, target, '--dry-run', '--json');
      expect(JSON.parse(asJson.stdout)).toMatchObject({ appId: 'public', counts: { users: 5 } });
      expect(await target.sql('select id from users')).toEqual([]);
    });

    it('takes over all that it counted, and says what it could not', async () => {
      const { code, stdout, stderr } = await run(source, target, ...WITH_FIREBASE);
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toContain('users: 5, 5 new');
      expect(stdout).toContain('sessions: 1, 1 new');
      expect(stdout).toContain('signing keys: 2, 2 new');
      expect(stdout).toContain('password hashes of unknown kind, left out: 1');
      expect(stderr).toContain('public: users 5');
      expect(stdout + stderr).not.toContain(FIREBASE.signerKey);
      service = await startService({
        env: {
          DATABASE_URL: target.url,
          AUTHGRAPH_SUPERTOKENS: 'true',
          AUTHGRAPH_SUPERTOKENS_PORT: '0',
        },
      });
    });

    it.each([
      ['bcrypt', anna.email, PASSWORD],
      ['argon2', ben.email, PASSWORD],
      ["Firebase's scrypt", fire.email, FIREBASE.password],
    ])('lets users with a hash of %s sign in, and brings it up to date', async (_, email, good) => {
      expect((await signIn(email, `${good}!`)).body.status).toBe('WRONG_CREDENTIALS_ERROR');
      expect((await signIn(email, good)).body.status).toBe('OK');
      const [stored] = await target.sql<{ hash: string }>(
        `select p.hash from passwords p join identities i on i.id = p.identity_id
         where i.subject = ?`,
        [email],
      );
      expect(stored?.hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
      expect((await signIn(email, good)).body.status).toBe('OK');
    });

    it('lets them sign in over GraphQL, too', async () => {
      const input = { email: anna.email, password: PASSWORD };
      const { body } = await service.send(SIGN_IN, { input });
      expect(body.data.signIn.user.id).toBe(anna.id);
    });

    it('keeps ids, links, verified addresses, metadata and roles', async () => {
      const found = await call('GET', `/user/id?userId=${linked.id}`);
      expect(found.body.user).toMatchObject({
        id: anna.id,
        isPrimaryUser: true,
        thirdParty: [{ id: 'google', userId: 'google-anna' }],
      });
      expect(found.body.user.loginMethods).toHaveLength(2);
      const mapped = await call('GET', '/user/id?userId=ext-ben');
      expect(mapped.body.user.loginMethods[0]).toMatchObject({
        recipeUserId: 'ext-ben',
        verified: true,
      });
      const metadata = await call('GET', '/recipe/user/metadata?userId=ext-ben');
      expect(metadata.body.metadata).toEqual({ a: null });
      const roles = await call('GET', `/public/recipe/user/roles?userId=${anna.id}`);
      expect(roles.body.roles).toEqual(['editor']);
      // The graph shows the same.
      const shown = await target.sql('select roles, private_metadata from users order by email');
      expect(shown).toContainEqual({ roles: ['editor'], private_metadata: {} });
      expect(shown).toContainEqual({ roles: [], private_metadata: { a: null } });
    });

    it('keeps authenticator apps, and when somebody was there', async () => {
      const list = await call('GET', '/recipe/totp/device/list?userId=ext-ben');
      const phone = { name: 'phone', period: 30, skew: 1, verified: true };
      expect(list.body.devices).toEqual([phone]);
      const secret = fromBase32('GEZDGNBVGY3TQOJQ') ?? Buffer.alloc(0);
      const totp = totpOf(secret, Math.floor(Date.now() / 30_000));
      const verified = await call('POST', '/recipe/totp/verify', { userId: 'ext-ben', totp });
      expect(verified.body).toEqual({ status: 'OK' });
      const [active] = await target.sql(
        `select last_active_at = to_timestamp(1700000000) as same from supertokens_active_users
         where subject = 'ext-ben'`,
      );
      expect(active).toBeDefined();
    });

    it("takes the core's access tokens", async () => {
      const { privateKey } = core.dynamicKey;
      const claims = {
        tId: 'public',
        rsub: anna.id,
        sessionHandle: session.handle,
        refreshTokenHash1: session.refreshHash1,
        parentRefreshTokenHash1: null,
        antiCsrfToken: null,
        plan: 'pro',
      };
      const accessToken = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: core.dynamicKid, version: '5' })
        .setSubject(anna.id)
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
      const { body } = await call('POST', '/recipe/session/verify', {
        accessToken,
        enableAntiCsrf: false,
        doAntiCsrfCheck: false,
        checkDatabase: true,
      });
      expect(body).toMatchObject({ status: 'OK', session: { handle: session.handle } });
    });

    it('goes on with its sessions from a token of the core, and sees theft as it does', async () => {
      const child = core.refreshToken({
        sessionHandle: session.handle,
        userId: anna.id,
        parentRefreshTokenHash1: session.refreshHash1,
      });
      const first = await refresh(child);
      expect(first.body).toMatchObject({
        status: 'OK',
        session: { handle: session.handle, userDataInJWT: { plan: 'pro' } },
      });
      expect((await refresh(first.body.refreshToken.token)).body.status).toBe('OK');
      expect((await refresh(session.refreshToken)).body.status).toBe('TOKEN_THEFT_DETECTED');
      const forged = `${child.slice(0, 20)}${child[20] === 'A' ? 'B' : 'A'}${child.slice(21)}`;
      expect((await refresh(forged)).body.status).toBe('UNAUTHORISED');
    });

    it('changes nothing when it runs again, and brings no ended session back', async () => {
      await call('POST', '/recipe/session/remove', { userId: anna.id });
      const before = await contentsOf(target);
      const { code, stdout } = await run(source, target);
      expect(code).toBe(0);
      expect(stdout.match(/(?<!\d)[1-9]\d* new/g)).toBeNull();
      expect(await contentsOf(target)).toEqual(before);
      const again = core.refreshToken({ sessionHandle: session.handle, userId: anna.id });
      expect((await refresh(again)).body.status).toBe('UNAUTHORISED');
    });

    it('seals what it brought again when the secret changes', async () => {
      const secrets = { AUTHGRAPH_SECRET: `${'n3wS-ecret'.repeat(4)}x7Q,${TEST_SECRET}` };
      const { code, stdout } = await runCommand(['secrets', 'reseal'], {
        ...settingsFor(target),
        ...secrets,
      });
      expect({ code, stdout }).toMatchObject({ code: 0 });
      expect(stdout).toContain('supertokens_keys.sealed_private_jwk: 2 sealed again');
      expect(stdout).toContain('supertokens_refresh_keys.sealed_key: 1 sealed again');
    });

    const call = (method: string, path: string, body?: object) =>
      callCore(service, method, path, body);
    const signIn = (email: string, password: string) =>
      call('POST', '/public/recipe/signin', { email, password });
    const refresh = (refreshToken: string) => refreshOf(service, refreshToken);
  });

  it('takes over other apps, tenants and methods, from a schema and tables of other names', async () => {
    await using source = await createTestDatabase(servers.databaseUrl, { migrated: false });
    await using target = await createTestDatabase(servers.databaseUrl);
    await source.sql('create schema st');
    const inSchema = { ...source, url: `${source.url}?options=-c%20search_path%3Dst` };
    await using core = await CoreTables.write(inSchema.url);
    const [byPhone, byGoogle] = [randomUUID(), randomUUID()];
    for (const statement of [
      `insert into apps values ('shop', 0)`,
      `insert into tenants values ('shop', 'public', 0), ('shop', 'berlin', 0)`,
      `insert into tenant_configs (app_id, tenant_id, core_config, is_first_factors_null)
        values ('shop', 'public', '{"access_token_validity":7}', true), ('shop', 'berlin', '{}', false)`,
      `insert into tenant_first_factors (app_id, tenant_id, factor_id)
        values ('shop', 'berlin', 'otp-phone')`,
      `insert into tenant_thirdparty_providers (app_id, tenant_id, third_party_id, name)
        values ('shop', 'berlin', 'google', 'Google')`,
      `insert into tenant_thirdparty_provider_clients (app_id, tenant_id, third_party_id, client_id)
        values ('shop', 'berlin', 'google', 'client-1')`,
      `insert into app_id_to_user_id values
        ('shop', '${byPhone}', 'passwordless', '${byPhone}', false),
        ('shop', '${byGoogle}', 'thirdparty', '${byGoogle}', false)`,
      `insert into all_auth_recipe_users values
        ('shop', 'berlin', '${byPhone}', '${byPhone}', false, 'passwordless', 5, 5),
        ('shop', 'public', '${byGoogle}', '${byGoogle}', false, 'thirdparty', 6, 6)`,
      `insert into passwordless_users values ('shop', '${byPhone}', null, '+491511234567', 5)`,
      `insert into thirdparty_users values
        ('shop', 'google', 'g-1', '${byGoogle}', 'g@shop.example.com', 6)`,
      `insert into roles values ('shop', 'buyer')`,
      `insert into user_roles values ('shop', 'berlin', '${byPhone}', 'buyer')`,
    ]) {
      await core.query(statement);
    }
    for (const { name } of await core.query(
      `select tablename as name from pg_tables where schemaname = 'st'`,
    )) {
      await core.query(`alter table ${name} rename to old_${name}`);
    }
    const { stdout, stderr } = await run(inSchema, target, '--table-prefix', 'old_');
    expect(stderr).toContain('shop: users 2');
    expect(stdout).toMatch(/app shop\n {2}tenants: 2, 2 new\n {2}users: 2, 2 new/);
    await using service = await startService({
      env: {
        DATABASE_URL: target.url,
        AUTHGRAPH_SUPERTOKENS: 'true',
        AUTHGRAPH_SUPERTOKENS_PORT: '0',
      },
    });
    const get = async (path: string) => {
      const response = await fetch(`${service.app.use(supertokens).url}/appid-shop${path}`);
      return response.json();
    };
    expect(await get('/berlin/recipe/multitenancy/tenant/v2')).toMatchObject({
      firstFactors: ['otp-phone'],
      thirdParty: {
        providers: [
          { thirdPartyId: 'google', name: 'Google', clients: [{ clientId: 'client-1' }] },
        ],
      },
    });
    expect((await get('/recipe/multitenancy/tenant/v2')).coreConfig).toEqual({
      access_token_validity: 7,
    });
    const { user } = await get(`/user/id?userId=${byPhone}`);
    expect(user).toMatchObject({
      tenantIds: ['berlin'],
      timeJoined: 5,
      phoneNumbers: ['+491511234567'],
      loginMethods: [{ recipeId: 'passwordless' }],
    });
    expect((await get(`/user/id?userId=${byGoogle}`)).user).toMatchObject({
      tenantIds: ['public'],
      thirdParty: [{ id: 'google', userId: 'g-1' }],
      emails: ['g@shop.example.com'],
    });
    const berlin = await get(`/berlin/recipe/user/roles?userId=${byPhone}`);
    expect(berlin.roles).toEqual(['buyer']);
    expect((await get(`/public/recipe/user/roles?userId=${byPhone}`)).roles).toEqual([]);
  }, 60_000);

  it(
    'goes on where it was killed, and everybody signs in and refreshes',
    async () => {
      await using source = await createTestDatabase(servers.databaseUrl, { migrated: false });
      await using target = await createTestDatabase(servers.databaseUrl);
      await using core = await CoreTables.write(source.url);
      const samples = await writeSamples(core);
      const count = IMPORTED_USERS;
      await core.crowd(count - samples.length, await bcrypt(PASSWORD, BCRYPT_COST));
      // It comes as far as the sessions, and no further.
      const held = target.database.transaction(async (sql) => {
        await sql.query('lock table supertokens_sessions in share mode');
        const killed = spawnCommand(argumentsFor(source), settingsFor(target), IMPORT_MS);
        const outcome = outcomeOf(killed);
        await said(killed, 'TOTP devices 0');
        killed.kill('SIGKILL');
        await outcome;
      });
      await held;
      const [partial] = await target.sql(`select (select count(*)::int from users) as users,
        (select count(*)::int from supertokens_sessions) as sessions`);
      expect(partial).toEqual({ users: count, sessions: 0 });

      const started = performance.now();
      const { stdout } = await run(source, target, ...WITH_FIREBASE);
      const seconds = (performance.now() - started) / 1_000;
      process.stderr.write(`supertokens import: ${count} users, ${seconds.toFixed(1)} s\n`);
      expect(stdout).toMatch(new RegExp(`users: ${count}, \\d+ new`));
      const counts = () =>
        target.sql(`select (select count(*)::int from users) as users,
          (select count(*)::int from identity_tenants) as memberships,
          (select count(*)::int from passwords) as passwords,
          (select count(*)::int from sessions) as listed,
          (select count(*)::int from supertokens_sessions) as sessions`);
      const all = { users: count, memberships: count, passwords: count };
      expect(await counts()).toEqual([{ ...all, listed: count, sessions: count }]);
      const again = await run(source, target, ...WITH_FIREBASE);
      expect(again.stdout.match(/(?<!\d)[1-9]\d* new/g)).toBeNull();
      expect(await counts()).toEqual([{ ...all, listed: count, sessions: count }]);

      await using service = await startService({
        env: {
          DATABASE_URL: target.url,
          AUTHGRAPH_SUPERTOKENS: 'true',
          AUTHGRAPH_SUPERTOKENS_PORT: '0',
        },
      });
      for (const { email, password, refreshToken } of samples) {
        const signIn = await callCore(service, 'POST', '/public/recipe/signin', {
          email,
          password,
        });
        expect({ email, ...signIn.body }).toMatchObject({ email, status: 'OK' });
        const refreshed = await refreshOf(service, refreshToken);
        expect({ email, ...refreshed.body }).toMatchObject({ email, status: 'OK' });
      }
    },
    3 * IMPORT_MS,
  );

  it('refuses a database that is none of a core', async () => {
    await using target = await createTestDatabase(servers.databaseUrl);
    const { code, stderr } = await run(target, target);
    expect(code).toBe(1);
    expect(stderr).toContain('no database of a SuperTokens core of version 9 or later');
  });
});

async function callCore(
  service: TestService,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const { url } = service.app.use(supertokens);
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'cdi-version': '5.4' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
}

function refreshOf(service: TestService, refreshToken: string): Promise<Answer> {
  return callCore(service, 'POST', '/recipe/session/refresh', {
    refreshToken,
    enableAntiCsrf: false,
    useDynamicSigningKey: true,
  });
}

interface Sample {
  readonly email: string;
  readonly password: string;
  readonly refreshToken: string;
}

/** Users with each kind of hash, and a session each. */
async function writeSamples(core: CoreTables): Promise<Sample[]> {
  const asCore = { memoryCost: 8_192, timeCost: 1, parallelism: 2 };
  const kinds = [
    { kind: 'bcrypt', password: PASSWORD, hash: await bcrypt(PASSWORD, BCRYPT_COST) },
    { kind: 'argon2', password: PASSWORD, hash: await argon2(PASSWORD, asCore) },
    { kind: 'firebase', ...FIREBASE },
  ];
  const samples: Sample[] = [];
  for (const { kind, password, hash } of kinds) {
    for (let n = 0; n < SAMPLE; n += 1) {
      const person = { id: randomUUID(), email: `${kind}-${n}@core.example.com` };
      await core.passwordUser(person, hash);
      const { refreshToken } = await core.session(person.id);
      samples.push({ email: person.email, password, refreshToken });
    }
  }
  return samples;
}

function argumentsFor(source: TestDatabase): string[] {
  return ['supertokens', 'import', '--from', source.url];
}

function settingsFor(target: TestDatabase): Record<string, string> {
  return {
    DATABASE_URL: target.url,
    AUTHGRAPH_SECRET: TEST_SECRET,
    AUTHGRAPH_ISSUER: 'http://localhost:4000',
  };
}

function run(source: TestDatabase, target: TestDatabase, ...more: string[]) {
  return outcomeOf(
    spawnCommand([...argumentsFor(source), ...more], settingsFor(target), IMPORT_MS),
  );
}

const IMPORTED = [
  'users',
  'identities',
  'identity_tenants',
  'passwords',
  'sessions',
  'supertokens_sessions',
  'supertokens_keys',
  'supertokens_refresh_keys',
  'supertokens_user_ids',
  'supertokens_primary_users',
  'supertokens_verified_emails',
  'supertokens_metadata',
  'roles',
  'supertokens_role_assignments',
  'supertokens_tenants',
  'supertokens_totp_devices',
  'supertokens_active_users',
];

/** A checksum of each table. */
async function contentsOf({ sql }: TestDatabase): Promise<Record<string, unknown>> {
  const sums: Record<string, unknown> = {};
  for (const table of IMPORTED) {
    const [row] = await sql(
      `select md5(string_agg(t::text, ';' order by t::text)) from ${table} t`,
    );
    sums[table] = row;
  }
  return sums;
}
