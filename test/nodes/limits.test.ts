import { afterAll, beforeAll, expect, it } from 'vitest';
import { signInAgain } from '../harness/accounts.js';
import { REFRESH, SIGN_IN, signUpUser } from '../harness/graphql-client.js';
import { makeProofKey } from '../harness/proof-key.js';
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
  let [a, b] = [] as unknown as [ServiceProcess, ServiceProcess]; // beforeAll starts them
  beforeAll(async () => {
    [postgres, redis] = await Promise.all([servers.postgres(), servers.redis()]);
    database = await createTestDatabase(postgres.url);
    const settings = {
      ...clusterSettings(database.url, redis.url),
      AUTHGRAPH_LIMITS: 'accounts',
      AUTHGRAPH_LIMIT_SIGN_IN_PER_ACCOUNT: `${ALLOWED}/15m`,
    };
    [a, b] = [await startNode(settings), await startNode(settings)];
  }, 60_000);
  afterAll(async () => {
    for (const node of [a, b]) await node[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
    await Promise.all([postgres, redis].map((server) => server[Symbol.asyncDispose]()));
    // biome-ignore lint/suspicious/noConsole: the table is what the long form is for
    if (process.env.ABUSE === 'long') console.table(table);
  });

  it('allow no guess more for aliases and batches: those are not tried at all (requirement 24)', async () => {
    const { email } = await signUpUser(a.send);
    const guess = (n: number) => `signIn(input: { email: "${email}", password: "${n}" })`;
    const all = Array.from({ length: 20 }, (_, n) => `a${n}: ${guess(n)} { __typename }`);
    for (const { url, send } of [a, b]) {
      expect((await send(`mutation { ${all.join(' ')} }`)).status).toBe(400);
      const batch = all.map((query) => ({ query: `mutation { ${query} }` }));
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify(batch);
      expect((await fetch(`${url}/graphql`, { method: 'POST', headers, body })).status).toBe(400);
    }
    const seen = await guessed([a, b], email);
    expect(seen).toBe(ALLOWED);
    note('80 guesses by alias and batch, then 40 at once', `${ALLOWED} tried`, seen);
  });

  it('let a proof be used once, at whichever node (requirement 37)', async () => {
    const key = await makeProofKey();
    const proof = async () => ({ dpop: await key.proof('http://localhost:4000/graphql') });
    const user = await signUpUser(a.send);
    const { refreshToken } = await signInAgain(b.send, user, await proof());
    const overheard = await proof();
    const sent = Array.from({ length: 20 }, async (_, n) => {
      const { body } = await (n % 2 === 0 ? a : b).send(REFRESH, { refreshToken }, overheard);
      return body.data?.refreshSession?.__typename ?? body.errors[0].extensions.reason;
    });
    const answers = await Promise.all(sent);
    const refused = answers.filter((answer) => answer === 'PROOF_REPLAYED').length;
    expect([answers.filter((answer) => answer === 'SessionRefreshed').length, refused]).toEqual([
      1, 19,
    ]);
    note('one proof 20 times', 'used once', 20 - refused);
  });

  it('allow N guesses in all; without Redis N a node; and N in all once it is back (requirement 32)', async () => {
    expect(await guessed([a, b])).toBe(ALLOWED);

    await redis.stop();
    await until(async () => (await guessed([a])) === ALLOWED, 5_000, 'a node counts for itself');
    const alone = await guessed([a, b]);
    expect(alone).toBe(2 * ALLOWED);
    note('40 guesses without Redis', `${ALLOWED} tried a node`, alone);

    await redis.start();
    await until(() => [a, b].every((node) => said(node, BACK)), 8_000, 'both are back on Redis');
    const again = await guessed([a, b]);
    expect(again).toBe(ALLOWED);
    note('40 guesses with Redis back', `${ALLOWED} tried`, again);
  });
});

const table: object[] = [];
function note(attack: string, bound: string, seen: number): void {
  table.push({ attack, bound, seen });
}

/** How many of forty guesses at once, spread over the nodes, were tried. */
async function guessed(nodes: readonly ServiceProcess[], known?: string): Promise<number> {
  const [first] = nodes;
  if (first === undefined) return 0;
  const email = known ?? (await signUpUser(first.send)).email;
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
