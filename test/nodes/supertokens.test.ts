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

  it('see what the other one changes of an app', async () => {
    const app = { appId: 'shared', coreConfig: { access_token_validity: 100 } };
    await a('PUT', '/recipe/multitenancy/app/v2', { body: app });
    expect((await b('GET', '/appid-shared/users/count')).status).toBe(200);
    await a('PUT', '/appid-shared/recipe/multitenancy/tenant/v2', { body: { tenantId: 't' } });
    await expect.poll(async () => (await b('GET', '/appid-shared/t/users/count')).status).toBe(200);
  });
});
