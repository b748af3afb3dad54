import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refresh } from './harness/accounts.js';
import {
  bearer,
  GOOD_PASSWORD,
  ME,
  REFRESH,
  SIGN_IN,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { copyTemplate, TEST_SECRET } from './harness/service.js';
import { type ServiceProcess, startNode } from './harness/service-process.js';

/** `npm run test:abuse` attacks for longer and shows the table; `npm test` has the short form. */
const isLong = process.env.ABUSE === 'long';
const ATTACK_MS = isLong ? 5_000 : 400;
const HONEST_SIGN_IN_MS = 5_000;

let node: ServiceProcess;
let dataDir: string;
let user: TestUser;
let refreshToken: string;
const table: Record<string, string | number>[] = [];

beforeAll(async () => {
  dataDir = await copyTemplate();
  node = await startNode({
    AUTHGRAPH_DATA_DIR: dataDir,
    AUTHGRAPH_SECRET: TEST_SECRET,
    AUTHGRAPH_TRUST_PROXY: '127.0.0.1',
    AUTHGRAPH_LIMITS: 'all',
  });
  user = await signUpUser(node.send);
  refreshToken = user.refreshToken;
}, 60_000);
afterAll(async () => {
  await node[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
  // biome-ignore lint/suspicious/noConsole: the table is what the long form is for
  if (isLong) console.table(table);
});

interface Shot {
  readonly status: number;
  readonly answer: string;
}

async function post(body: string, address = '203.0.113.66'): Promise<Shot> {
  try {
    const response = await fetch(`${node.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address },
      body,
    });
    const text = await response.text();
    const [, typename] = /"__typename":"(\w+)"/.exec(text) ?? [];
    const [, code] = /"code":"(\w+)"/.exec(text) ?? [];
    return { status: response.status, answer: typename ?? code ?? 'data' };
  } catch {
    return { status: 0, answer: 'hung up' }; // before the whole body was sent
  }
}

const times = (count: number, text: (n: number) => string) =>
  Array.from({ length: count }, (_, n) => text(n)).join(' ');
const operation = (query: string, variables: object = {}) => JSON.stringify({ query, variables });
const wrongPassword = (n: number) =>
  operation(SIGN_IN, { input: { email: `victim-${n % 50}@example.com`, password: `wrong ${n}` } });

const ATTACKS: readonly (readonly [
  name: string,
  bound: string,
  parallel: number,
  shoot: (n: number) => Promise<Shot>,
])[] = [
  ['nothing', '', 0, () => post('')],
  [
    '100 representations, 30 aliases each',
    '400',
    8,
    () =>
      post(
        operation(
          `query ($r: [_Any!]!) { _entities(representations: $r) { ... on User {
            ${times(30, (n) => `a${n}: sessions(first: 100) { nodes { id } }`)} } } }`,
          { r: Array.from({ length: 100 }, () => ({ __typename: 'User', id: user.id })) },
        ),
      ),
  ],
  [
    'nested lists, 20 times each',
    '400',
    8,
    () =>
      post(
        operation(
          `{ users(first: 100) { nodes { ${times(20, (n) => `a${n}: sessions { totalCount }`)} } } }`,
        ),
      ),
  ],
  [
    'fragments that double 60 times',
    '400',
    8,
    () =>
      post(
        operation(
          `{ me { ...F0 } } ${times(60, (n) => `fragment F${n} on User { ...F${n + 1} ...F${n + 1} }`)}
           fragment F60 on User { id }`,
        ),
      ),
  ],
  [
    'introspection that nests',
    '400',
    8,
    () =>
      post(
        operation(
          `{ __schema { types { ${'fields { type { '.repeat(8)} name ${'} }'.repeat(8)} } } }`,
        ),
      ),
  ],
  [
    'bodies of 2 MB',
    '413',
    4,
    () => post(operation('{ me { id } }', { x: 'x'.repeat(2_000_000) })),
  ],
  [
    '20 guesses in one document',
    '400',
    8,
    () =>
      post(
        operation(
          `mutation { ${times(20, (n) => `a${n}: signIn(input: { email: "a@example.com", password: "${n}" }) { __typename }`)} }`,
        ),
      ),
  ],
  ['a login flood from one host', '100 guesses', 40, (n) => post(wrongPassword(n))],
  [
    'a login flood from many hosts',
    '10 guesses an account',
    isLong ? 40 : 10,
    (n) => post(wrongPassword(n), `10.1.${n % 250}.${(n * 7) % 250}`),
  ],
  [
    'guessed refresh tokens',
    'MALFORMED, no query',
    20,
    (n) => post(operation(REFRESH, { refreshToken: `ag_rt_${`${n}`.padEnd(91, 'A')}` })),
  ],
];

describe('under attack', () => {
  it.each(ATTACKS)(
    '%s: honest users go on',
    { timeout: 60_000 },
    async (name, bound, parallel, shoot) => {
      const seen: Record<string, number> = {};
      const until = performance.now() + ATTACK_MS;
      let shots = 0;
      const attackers = Array.from({ length: parallel }, async () => {
        while (performance.now() < until) {
          shots += 1;
          const { status, answer } = await shoot(shots);
          const key = `${status} ${answer}`;
          seen[key] = (seen[key] ?? 0) + 1;
        }
      });
      const [signedInAfter, probes] = await Promise.all([honestSignIn(), probe(until)]);
      await Promise.all(attackers);
      const outcomes = Object.entries(seen).map(([key, count]) => `${count} × ${key}`);
      table.push({
        attack: name,
        bound,
        seen: outcomes.join(', '),
        ...probes,
        signIn: signedInAfter,
      });
      expect(outcomes.filter((outcome) => / × 5\d\d /.test(outcome))).toEqual([]);
      expect(signedInAfter).toBeLessThan(HONEST_SIGN_IN_MS);
      expect(Object.keys(seen).some((key) => key.includes('SignedIn'))).toBe(false);
    },
  );

  it('five hundred idle connections and as many slow requests: honest users go on', async () => {
    const sockets = await Promise.all(Array.from({ length: 500 }, (_, n) => idle(n % 2 === 0)));
    try {
      expect(await honestSignIn()).toBeLessThan(HONEST_SIGN_IN_MS);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it('has let no guess through, and failed unexpectedly nowhere', () => {
    expect(node.log().filter(({ level }) => level === 'error')).toEqual([]);
  });
});

/** Milliseconds that it took a user at an address of their own. */
async function honestSignIn(): Promise<number> {
  const from = performance.now();
  const input = { email: user.email, password: GOOD_PASSWORD };
  let answer: string;
  // Who is told to come again does so.
  do ({ answer } = await post(operation(SIGN_IN, { input }), '198.51.100.7'));
  while (answer === 'RateLimited' && performance.now() - from < HONEST_SIGN_IN_MS);
  expect(answer).toBe('SignedIn');
  return Math.round(performance.now() - from);
}

/** How long `me` and a refresh take meanwhile, at most. */
async function probe(until: number): Promise<{ me: number; refresh: number }> {
  const [me, renewal]: [number[], number[]] = [[], []];
  do {
    let from = performance.now();
    expect((await node.send(ME, {}, bearer(user.accessToken))).body.data.me).not.toBeNull();
    me.push(performance.now() - from);
    from = performance.now();
    const answer = await refresh(node.send, refreshToken);
    renewal.push(performance.now() - from);
    refreshToken = answer.tokens.refreshToken;
    await new Promise((resolve) => setTimeout(resolve, 100)); // 600 refreshes a minute are allowed
  } while (performance.now() < until);
  return { me: p99(me), refresh: p99(renewal) };
}

function p99(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length * 0.99)] ?? 0);
}

/** A connection that says nothing, or begins a request and goes no further. */
function idle(isSilent: boolean): Promise<Socket> {
  const { hostname, port } = new URL(node.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      if (!isSilent) socket.write('POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n');
      resolve(socket);
    });
    socket.once('error', reject);
  });
}
