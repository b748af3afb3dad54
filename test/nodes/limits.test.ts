import { afterAll, beforeAll, expect, it } from 'vitest';
import { SIGN_IN, signUpUser } from '../harness/graphql-client.js';
import { clusterSettings, describeOnOwnServers } from '../harness/real-servers.js';
import type { OwnServer } from '../harness/servers.js';
import { type ServiceProcess, startNode } from '../harness/service-process.js';
import { createTestDatabase, type TestDatabase } from '../harness/test-database.js';
import { until } from '../harness/until.js';

const ALLOWED = 6;
const BACK = 'Redis is available again';

describeOnOwnServers('limits over two nodes', (servers) => {
  let postgres: OwnServer;
  let redis: OwnServer;
  let database: TestDatabase;
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([servers.postgres(), servers.redis()]);
    database = await createTestDatabase(postgres.url);
  });
  afterAll(async () => {
    await database[Symbol.asyncDispose]();
    await Promise.all([postgres, redis].map((server) => server[Symbol.asyncDispose]()));
  });

  it('allow N guesses in all; without Redis N a node; and N in all once it is back (requirement 32)', async () => {
    const settings = {
      ...clusterSettings(database.url, redis.url),
      AUTHGRAPH_LIMITS: 'accounts',
      AUTHGRAPH_LIMIT_SIGN_IN_PER_ACCOUNT: `${ALLOWED}/15m`,
    };
    await using a = await startNode(settings);
    await using b = await startNode(settings);

    expect(await guessed([a, b])).toBe(ALLOWED);

    await redis.stop();
    await until(async () => (await guessed([a])) === ALLOWED, 5_000, 'a node counts for itself');
    expect(await guessed([a, b])).toBe(2 * ALLOWED);

    await redis.start();
    await until(() => [a, b].every((node) => said(node, BACK)), 8_000, 'both are back on Redis');
    expect(await guessed([a, b])).toBe(ALLOWED);
  });
});

/** How many of forty guesses at once, spread over the nodes, were tried. */
async function guessed(nodes: readonly ServiceProcess[]): Promise<number> {
  const [first] = nodes;
  if (first === undefined) return 0;
  const { email } = await signUpUser(first.send);
  const guesses = Array.from({ length: 40 }, async (_, n) => {
    const input = { email, password: `wrong ${n}` };
    const { body } = await (nodes[n % nodes.length] ?? first).send(SIGN_IN, { input });
    return body.data.signIn.__typename;
  });
  return (await Promise.all(guesses)).filter((answer) => answer === 'InvalidCredentials').length;
}

function said(node: ServiceProcess, message: string): boolean {
  return node.log().some(({ msg }) => msg === message);
}
