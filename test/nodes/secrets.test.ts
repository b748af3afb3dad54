import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { decodeProtectedHeader } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { bearer, ME, REFRESH, signUpUser, type TestUser } from '../harness/graphql-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import {
  runBesideNodes,
  type ServiceProcess,
  type Settings,
  startNode,
} from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

const newSecret = () => randomBytes(32).toString('base64');
const ENTRY = 'authgraph:signing-keys:default';

describeOnSharedServers('the secret and the signing keys of two nodes', (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let settings: Settings;
  const nodes: ServiceProcess[] = [];
  beforeAll(async () => {
    servers = await open();
  });
  afterAll(() => servers[Symbol.asyncDispose]());
  beforeEach(async () => {
    database = await createTestDatabase(servers.databaseUrl);
    settings = { ...clusterSettings(database.url, servers.redisUrl), AUTHGRAPH_JWKS_MAX_AGE: '4s' };
  });
  afterEach(async () => {
    for (const node of nodes.splice(0)) await node[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  });

  async function start(secret = settings.AUTHGRAPH_SECRET ?? ''): Promise<ServiceProcess> {
    const node = await startNode({ ...settings, AUTHGRAPH_SECRET: secret });
    nodes.push(node);
    return node;
  }

  /** Ends a node and starts one with other secrets, as a rolling change does. */
  async function replace(node: ServiceProcess, secret: string): Promise<ServiceProcess> {
    node.signal('SIGTERM');
    await node.exited();
    return start(secret);
  }

  const command = (parameters: string[], change: Settings = {}) =>
    runBesideNodes(parameters, { ...settings, ...change });
  const storedKids = async () =>
    (await database.sql<{ kid: string }>('select kid from signing_keys order by activates_at')).map(
      ({ kid }) => kid,
    );

  it('survive a change of the secret, node by node, with no session lost and no token refused', async () => {
    const old = settings.AUTHGRAPH_SECRET ?? '';
    const fresh = newSecret();
    let [a, b] = [await start(), await start()];
    const users = [await signUpUser(a.send), await signUpUser(b.send)];

    /** Every session goes on, at either node, by turns. */
    const everybodyGoesOn = async () => {
      for (const [index, user] of users.entries()) {
        const [here, there] = index % 2 === 0 ? [a, b] : [b, a];
        for (const node of [here, there]) {
          expect((await node.send(ME, {}, bearer(user.accessToken))).body.data.me?.id).toBe(
            user.id,
          );
        }
        const once = (await here.send(REFRESH, { refreshToken: user.refreshToken })).body.data;
        const twice = await there.send(REFRESH, {
          refreshToken: once.refreshSession.tokens.refreshToken,
        });
        const { tokens } = twice.body.data.refreshSession;
        users[index] = { ...user, ...tokens };
      }
    };

    for (const secret of [`${old},${fresh}`, `${fresh},${old}`]) {
      a = await replace(a, secret);
      await everybodyGoesOn();
      b = await replace(b, secret);
      users.push(await signUpUser(a.send), await signUpUser(b.send));
      await everybodyGoesOn();
    }
    const both = { AUTHGRAPH_SECRET: `${fresh},${old}` };
    const moved = await command(['secrets', 'reseal'], both);
    expect(moved).toMatchObject({ code: 0 });
    expect(moved.output).toContain('signing_keys.sealed_private_jwk: 1 sealed again, 0 already');
    const again = await command(['secrets', 'reseal', '--json'], both);
    expect(JSON.parse(again.output.split('\n')[0] ?? '')).toMatchObject({ moved: 0, current: 1 });
    await everybodyGoesOn();

    for (const secret of [fresh]) {
      a = await replace(a, secret);
      b = await replace(b, secret);
      await everybodyGoesOn();
    }
    expect(await database.sql('select 1 from sessions where ended_at is not null')).toEqual([]);
  }, 90_000);

  it('are left alone by a command whose secret is wrong', async () => {
    const node = await start();
    const before = await storedKids();
    const wrong = { AUTHGRAPH_SECRET: newSecret() };
    for (const parameters of [
      ['keys', 'rotate'],
      ['keys', 'withdraw', before[0] ?? ''],
    ]) {
      const { code, output } = await command(parameters, wrong);
      expect(code).toBe(1);
      expect(output).toContain('AUTHGRAPH_SECRET is not the one it was sealed with');
    }
    const { code, output } = await command(['secrets', 'reseal'], wrong);
    expect([code, output]).toEqual([1, expect.stringContaining('opens with none of the secrets')]);
    expect(await storedKids()).toEqual(before);
    expect((await node.send(ME)).status).toBe(200);
  }, 60_000);

  it('go on in spite of a key that cannot be opened, until it is withdrawn', async () => {
    const { REDIS_URL: _, ...withoutRedis } = settings; // where the second node would find the keys
    settings = withoutRedis;
    const node = await start();
    const user = await signUpUser(node.send);
    const [good = ''] = await storedKids();
    await database.sql(
      `insert into signing_keys (kid, realm_id, algorithm, public_jwk, sealed_private_jwk, created_at, activates_at)
       select '-broken', realm_id, algorithm, public_jwk, sealed_private_jwk, created_at, now() + interval '1 hour'
       from signing_keys`,
    );
    const second = await start();
    for (const asked of [node, second]) {
      expect((await asked.send(ME, {}, bearer(user.accessToken))).status).toBe(200);
    }
    expect(second.log()).toContainEqual(expect.objectContaining({ event: 'signing_key_unusable' }));
    expect(await command(['keys', 'withdraw', '-broken'])).toMatchObject({ code: 0 });
    expect(await storedKids()).toEqual([good]);
  }, 60_000);

  it('refuse what a withdrawn key signed at once, sign with a new one, and let sessions go on', async () => {
    const [a, b] = [await start(), await start()];
    const user = await signUpUser(a.send);
    const [kid = ''] = await storedKids();
    const { code, output } = await command(['keys', 'withdraw', kid]);
    expect({ code, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('signs from now on'),
    });
    await until(
      async () =>
        (await a.send(ME, {}, bearer(user.accessToken))).status === 401 &&
        (await b.send(ME, {}, bearer(user.accessToken))).status === 401,
      5_000,
      'both nodes refuse the token',
    );
    const renewed: TestUser = { ...user, ...(await refreshed(b, user)) };
    expect(decodeProtectedHeader(renewed.accessToken).kid).not.toBe(kid);
    for (const node of [a, b])
      expect((await node.send(ME, {}, bearer(renewed.accessToken))).status).toBe(200);
    expect(await command(['keys', 'withdraw', kid])).toMatchObject({ code: 1 });
  }, 60_000);

  it('cannot be brought back by whoever can write to Redis (requirement 40)', async () => {
    const redis = new Redis(servers.redisUrl);
    try {
      const node = await start();
      const user = await signUpUser(node.send);
      await until(async () => (await redis.exists(ENTRY)) === 1, 10_000, 'the keys are cached');
      const before = await redis.getBuffer(ENTRY);
      const [kid = ''] = await storedKids();
      expect((await command(['keys', 'withdraw', kid])).code).toBe(0);
      await until(
        async () => (await node.send(ME, {}, bearer(user.accessToken))).status === 401,
        5_000,
        'the token is refused',
      );
      await redis.set(ENTRY, before ?? '', 'EX', 600);
      await new Promise((resolve) => setTimeout(resolve, 2_500)); // half the max-age: it looked again
      expect((await node.send(ME, {}, bearer(user.accessToken))).status).toBe(401);
      await redis.set(ENTRY, before ?? '', 'EX', 600);
      await new Promise((resolve) => setTimeout(resolve, 2_000)); // the entry is too old by now
      const second = await start();
      expect((await second.send(ME, {}, bearer(user.accessToken))).status).toBe(401);
    } finally {
      await redis.quit();
    }
  }, 60_000);

  it('are rotated by a command by what the nodes go by, whatever its own environment says', async () => {
    settings = { ...settings, AUTHGRAPH_JWKS_MAX_AGE: '1h' };
    await start();
    const { code } = await command(['keys', 'rotate'], { AUTHGRAPH_JWKS_MAX_AGE: '1s' });
    expect(code).toBe(0);
    const lead = 'select extract(epoch from activates_at - created_at)::int as lead';
    expect(
      await database.sql(`${lead} from signing_keys order by activates_at desc limit 1`),
    ).toEqual([{ lead: 7_200 }]);
  }, 60_000);

  async function refreshed(node: ServiceProcess, { refreshToken }: TestUser) {
    return (await node.send(REFRESH, { refreshToken })).body.data.refreshSession.tokens;
  }
});
