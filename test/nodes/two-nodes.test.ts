import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bearer, ME, REFRESH, type Send, SIGN_OUT, signUpUser } from '../harness/graphql-client.js';
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

const PARALLEL_REFRESHES = 200;

describeOnSharedServers('two nodes on one database', (open) => {
  let servers: SharedServers;
  beforeAll(async () => {
    servers = await open();
  });
  afterAll(() => servers[Symbol.asyncDispose]());

  describe.each([
    { bus: 'Redis', withRedis: true },
    { bus: 'LISTEN/NOTIFY', withRedis: false },
  ])('that talk over $bus', ({ withRedis }) => {
    let database: TestDatabase;
    let settings: Settings;
    let a: ServiceProcess;
    let b: ServiceProcess;

    beforeAll(async () => {
      database = await createTestDatabase(servers.databaseUrl);
      settings = clusterSettings(database.url, withRedis ? servers.redisUrl : undefined);
      [a, b] = await Promise.all([startNode(settings), startNode(settings)]);
    });
    afterAll(async () => {
      await Promise.all([a, b].map((node) => node[Symbol.asyncDispose]()));
      await database[Symbol.asyncDispose]();
    });

    it('make one first signing key when they start at the same moment', async () => {
      expect(await database.sql('select count(*)::int as keys from signing_keys')).toEqual([
        { keys: 1 },
      ]);
      expect(await publishedKids(a)).toEqual(await publishedKids(b));
    });

    it(`answer ${PARALLEL_REFRESHES} parallel refreshes of one token with one and the same successor`, async () => {
      const user = await signUpUser(a.send);
      const answers = await Promise.all(
        Array.from({ length: PARALLEL_REFRESHES }, (_, index) =>
          refresh(index % 2 === 0 ? a.send : b.send, user.refreshToken),
        ),
      );
      expect(new Set(answers.map(({ __typename }) => __typename))).toEqual(
        new Set(['SessionRefreshed']),
      );
      const [successor, ...others] = new Set(answers.map(({ tokens }) => tokens.refreshToken));
      expect(others).toEqual([]);

      const [row] = await database.sql('select generation, ended_at from sessions where id = ?', [
        user.sessionId,
      ]);
      expect(row).toEqual({ generation: 1, ended_at: null });
      expect(await refresh(b.send, successor)).toMatchObject({ __typename: 'SessionRefreshed' });
    });

    it('refuse an access token on the one node within a second of a sign-out on the other', async () => {
      const user = await signUpUser(a.send);
      expect((await b.send(ME, {}, bearer(user.accessToken))).body.data.me).toMatchObject({
        id: user.id,
      });

      await a.send(SIGN_OUT, {}, bearer(user.accessToken));
      await until(
        async () => (await b.send(ME, {}, bearer(user.accessToken))).status === 401,
        1_000,
        'the other node refuses the token',
      );
    });

    it('refuse it on the one node within a second when a spent refresh token gives the session away on the other', async () => {
      const user = await signUpUser(a.send);
      const first = await refresh(a.send, user.refreshToken);
      await refresh(a.send, first.tokens.refreshToken);

      expect(await refresh(a.send, user.refreshToken)).toMatchObject({ reason: 'REUSED' });
      await until(
        async () => (await b.send(ME, {}, bearer(user.accessToken))).status === 401,
        1_000,
        'the other node refuses the token',
      );
    });

    it('refuse the tokens of sessions that ended while the bus was cut, at once and after it is back', async () => {
      const users = await Promise.all([signUpUser(a.send), signUpUser(a.send), signUpUser(a.send)]);
      const [during, meanwhile, after] = users;
      for (const user of users)
        expect((await b.send(ME, {}, bearer(user.accessToken))).status).toBe(200);

      await cutBus();
      await a.send(SIGN_OUT, {}, bearer(during.accessToken));
      await a.send(SIGN_OUT, {}, bearer(meanwhile.accessToken));
      expect((await b.send(ME, {}, bearer(during.accessToken))).status).toBe(401);
      expect((await b.send(ME, {}, bearer(after.accessToken))).status).toBe(200);

      await until(() => busIsBack(a) && busIsBack(b), 5_000, 'both nodes are on the bus again');
      expect((await b.send(ME, {}, bearer(meanwhile.accessToken))).status).toBe(401);
      await a.send(SIGN_OUT, {}, bearer(after.accessToken));
      await until(
        async () => (await b.send(ME, {}, bearer(after.accessToken))).status === 401,
        1_000,
        'the other node refuses the token',
      );
    });

    it('make exactly one new key when both are told to rotate at the same moment, and publish the same keys', async () => {
      const before = await publishedKids(a);
      const commands = await Promise.all(
        [1, 2, 3, 4].map(() => runBesideNodes(['keys', 'rotate'], settings)),
      );
      expect(commands.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
      expect(new Set(commands.map(({ output }) => output)).size).toBe(1);

      expect(await database.sql('select count(*)::int as keys from signing_keys')).toEqual([
        { keys: before.length + 1 },
      ]);
      const isPublished = async (node: ServiceProcess) =>
        (await publishedKids(node)).length === before.length + 1;
      await until(
        async () => (await isPublished(a)) && (await isPublished(b)),
        1_000,
        'both nodes publish the new key',
      );
      expect(await publishedKids(a)).toEqual(await publishedKids(b));
    });

    /** Cuts both nodes off the bus at the server's end; they come back on their own. */
    async function cutBus(): Promise<void> {
      if (!withRedis) {
        await database.sql(
          "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'authgraph-bus' and datname = current_database()",
        );
      } else {
        const redis = new Redis(servers.redisUrl);
        await redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        redis.disconnect();
      }
      await until(
        () =>
          [a, b].every(
            (node) =>
              saidOf(node, 'The bus is down').length >
              saidOf(node, 'The bus is connected again').length,
          ),
        2_000,
        'both notice',
      );
    }
  });

  it('rotate on schedule, one new key at a time, without a valid token ever being refused', async () => {
    await using database = await createTestDatabase(servers.databaseUrl);
    const settings = {
      ...clusterSettings(database.url, servers.redisUrl),
      AUTHGRAPH_KEY_ROTATION: '3s',
      AUTHGRAPH_JWKS_MAX_AGE: '1s',
      AUTHGRAPH_ACCESS_TOKEN_TTL: '30s',
    };
    await using a = await startNode(settings);
    await using b = await startNode(settings);
    let { refreshToken } = await signUpUser(a.send);
    const signedWith = new Set<string>();

    for (const until = performance.now() + 10_000; performance.now() < until; ) {
      const { tokens } = await refresh(a.send, refreshToken);
      refreshToken = tokens.refreshToken;
      signedWith.add(
        JSON.parse(Buffer.from(tokens.accessToken.split('.')[0], 'base64url').toString()).kid,
      );
      for (const node of [a, b])
        expect((await node.send(ME, {}, bearer(tokens.accessToken))).status).toBe(200);
    }

    expect(signedWith.size).toBeGreaterThanOrEqual(3);
    const keys = await database.sql<{ activates_at: Date }>(
      'select activates_at from signing_keys order by activates_at',
    );
    const gaps = keys
      .slice(1)
      .map(
        ({ activates_at }, index) =>
          Number(new Date(activates_at)) - Number(new Date(keys[index]?.activates_at ?? 0)),
      );
    for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(2_900);
    await until(
      async () => (await publishedKids(a)).join() === (await publishedKids(b)).join(),
      1_500,
      'both publish the same keys',
    );
  });
});

async function refresh(send: Send, refreshToken: string | undefined) {
  return (await send(REFRESH, { refreshToken })).body.data.refreshSession;
}

async function publishedKids(node: ServiceProcess): Promise<string[]> {
  const response = await fetch(`${node.url}/.well-known/jwks.json`);
  const { keys } = (await response.json()) as { keys: { kid: string }[] }; // RFC 7517
  return keys.map(({ kid }) => kid).toSorted();
}

function saidOf(node: ServiceProcess, text: string) {
  return node.log().filter(({ msg }) => msg.startsWith(text));
}

function busIsBack(node: ServiceProcess): boolean {
  return (
    saidOf(node, 'The bus is connected again').length === saidOf(node, 'The bus is down').length
  );
}
