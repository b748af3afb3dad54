import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CallCore, CORE_KEY, coreClient } from '../harness/core-client.js';
import {
  clusterSettings,
  describeOnSharedServers,
  type SharedServers,
} from '../harness/real-servers.js';
import { freePort } from '../harness/servers.js';
import { type ServiceProcess, startNode } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';

const PARALLEL = 40;
const VERIFY = { doAntiCsrfCheck: false, enableAntiCsrf: false, checkDatabase: true };

describeOnSharedServers("two nodes that serve SuperTokens' SDKs", (open) => {
  let servers: SharedServers;
  let database: TestDatabase;
  let nodes: ServiceProcess[];
  let a: CallCore;
  let b: CallCore;

  beforeAll(async () => {
    servers = await open();
    database = await createTestDatabase(servers.databaseUrl);
    const cluster = clusterSettings(database.url, servers.redisUrl);
    const ports = [await freePort(), await freePort()];
    nodes = await Promise.all(
      ports.map((port) =>
        startNode({
          ...cluster,
          AUTHGRAPH_SUPERTOKENS: 'true',
          AUTHGRAPH_SUPERTOKENS_PORT: String(port),
          AUTHGRAPH_SUPERTOKENS_API_KEYS: CORE_KEY,
        }),
      ),
    );
    [a, b] = ports.map((port) => coreClient(`http://127.0.0.1:${port}`)) as [CallCore, CallCore];
  });
  afterAll(async () => {
    await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
    await database[Symbol.asyncDispose]();
    await servers[Symbol.asyncDispose]();
  });

  const flags = { enableAntiCsrf: false, useDynamicSigningKey: true };

  async function create(call: CallCore) {
    const body = { userId: 'x', userDataInJWT: {}, userDataInDatabase: {}, ...flags };
    return (await call('POST', '/recipe/session', { body })).body;
  }

  async function refresh(call: CallCore, refreshToken: string) {
    const body = { refreshToken, ...flags };
    return (await call('POST', '/recipe/session/refresh', { body })).body;
  }

  it('make one pair of keys, and take each other’s tokens', async () => {
    const made = await create(a);
    const verify = {
      accessToken: made.accessToken.token,
      doAntiCsrfCheck: false,
      enableAntiCsrf: false,
      checkDatabase: true,
    };
    expect((await b('POST', '/recipe/session/verify', { body: verify })).body.status).toBe('OK');
    const keys = await Promise.all(
      [a, b].map(async (call) => (await call('GET', '/.well-known/jwks.json')).body),
    );
    expect(keys[0]).toEqual(keys[1]);
    expect(keys[0].keys).toHaveLength(2);
  });

  it(`answer ${PARALLEL} parallel refreshes of one token with a child each, of which each works until one is used`, async () => {
    const { refreshToken } = await create(a);
    const children = await Promise.all(
      Array.from({ length: PARALLEL }, (_, at) => refresh(at % 2 ? a : b, refreshToken.token)),
    );
    expect(new Set(children.map(({ status }) => status))).toEqual(new Set(['OK']));
    const tokens = children.map((child) => child.refreshToken.token);
    expect(new Set(tokens).size).toBe(PARALLEL);

    // All of them at once, over both nodes: one wins, and every other one is theft.
    const used = await Promise.all(tokens.map((token, at) => refresh(at % 2 ? a : b, token)));
    const statuses = used.map(({ status }) => status).toSorted();
    expect(statuses.filter((status) => status === 'OK')).toHaveLength(1);
    expect(new Set(statuses)).toEqual(new Set(['OK', 'TOKEN_THEFT_DETECTED']));
  });

  it('answer parallel refreshes with one child as one use of it', async () => {
    const { refreshToken } = await create(a);
    const child = (await refresh(a, refreshToken.token)).refreshToken.token;
    const answers = await Promise.all(
      Array.from({ length: PARALLEL }, (_, at) => refresh(at % 2 ? a : b, child)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set(['OK']));
  });

  it('lose no session that was acknowledged when one of them is killed in the middle', async () => {
    const app = { appId: 'killed', coreConfig: { access_token_validity: 1 } };
    await a('PUT', '/recipe/multitenancy/app/v2', { body: app });
    const post = (call: CallCore, path: string, body: object) =>
      call('POST', `/appid-killed/recipe/session${path}`, { body: { ...body, ...flags } });
    /** By whichever node answers; the same request goes on until one does. */
    async function acknowledged(path: string, body: object, at: number) {
      for (let attempt = at; ; attempt += 1) {
        const call = attempt % 2 ? a : b;
        const answer = await post(call, path, body).catch(() => undefined);
        if (answer?.status === 200) return answer.body;
      }
    }
    const statuses = new Set<string>();
    let isOver = false;
    let rounds = 0;
    async function session(at: number): Promise<string> {
      const data = { userId: `killed-${at}`, userDataInJWT: {}, userDataInDatabase: {} };
      let { refreshToken } = await acknowledged('', data, at);
      while (!isOver) {
        const known = { refreshToken: refreshToken.token };
        const [next, twin] = await Promise.all([
          acknowledged('/refresh', known, at),
          acknowledged('/refresh', known, at + 1),
        ]);
        statuses.add(next.status).add(twin.status);
        const access = { accessToken: next.accessToken?.token ?? '', ...VERIFY };
        const verified = await acknowledged('/verify', access, at + 1);
        // A token of one second may be over by then: the next refresh settles the child.
        statuses.add(verified.status === 'TRY_REFRESH_TOKEN' ? 'OK' : verified.status);
        refreshToken = next.refreshToken ?? refreshToken;
        rounds += 1;
      }
      return refreshToken.token;
    }
    const sessions = Array.from({ length: 20 }, (_, at) => session(at));
    const victim = nodes[1];
    await expect.poll(() => rounds, { timeout: 15_000 }).toBeGreaterThan(20);
    victim?.signal('SIGKILL');
    await victim?.exited();
    const before = rounds;
    await expect.poll(() => rounds, { timeout: 15_000 }).toBeGreaterThan(before + 20);
    victim?.restart();
    await victim?.ready();
    isOver = true;
    const known = await Promise.all(sessions);
    const last = await Promise.all(
      known.map((refreshToken, at) => post(at % 2 ? a : b, '/refresh', { refreshToken })),
    );
    expect(new Set(last.map(({ body }) => body.status))).toEqual(new Set(['OK']));
    expect(statuses).toEqual(new Set(['OK']));
  }, 90_000);

  it('see what the other one changes of an app', async () => {
    const app = { appId: 'shared', coreConfig: { access_token_validity: 100 } };
    await a('PUT', '/recipe/multitenancy/app/v2', { body: app });
    expect((await b('GET', '/appid-shared/users/count')).status).toBe(200);
    await a('PUT', '/appid-shared/recipe/multitenancy/tenant/v2', { body: { tenantId: 't' } });
    await expect.poll(async () => (await b('GET', '/appid-shared/t/users/count')).status).toBe(200);
  });
});
