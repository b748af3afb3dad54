import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { Worker } from 'node:worker_threads';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signInAgain } from './harness/accounts.js';
import { attacksOn, type Overheard, operation, type Post, type Target } from './harness/attacks.js';
import {
  GOOD_PASSWORD,
  ME,
  REFRESH,
  SIGN_IN,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import type { HonestUser, Probes } from './harness/honest-user.js';
import { makeProofKey } from './harness/proof-key.js';
import { sendRaw } from './harness/raw-http.js';
import { copyTemplate, TEST_SECRET } from './harness/service.js';
import { type ServiceProcess, startNode } from './harness/service-process.js';

/** `npm run test:abuse` attacks for longer and shows the table; `npm test` has the short form. */
const isLong = process.env.ABUSE === 'long';
const ATTACK_MS = isLong ? 5_000 : 150;
/** What the first requests take longer would be allowed to attacks as well. */
const WARM_UP_MS = isLong ? 2_000 : 0;
const HONEST_SIGN_IN_MS = 5_000;
/** While an attack runs, p99 is at most so many times the idle one. */
const SLOWER = 3;
/**
 * An idle p99 below this counts as this: attackers and users share this machine's processors, so
 * what is measured below is theirs.
 */
const FLOOR_MS = 50;
const IDLE_SOCKETS = isLong ? 3_000 : 500;

const OWN_URL = 'http://localhost:4000/graphql';
let node: ServiceProcess;
let dataDir: string;
let user: TestUser;
/** Not on the attackers' thread: what they do to that is not the service's doing. */
let honest: Worker;
let overheard: Promise<Overheard> | undefined;
const table: Record<string, string | number>[] = [];
const idleP99 = { me: FLOOR_MS, refresh: FLOOR_MS };

beforeAll(async () => {
  dataDir = await copyTemplate();
  node = await startNode({
    AUTHGRAPH_DATA_DIR: dataDir,
    AUTHGRAPH_SECRET: TEST_SECRET,
    AUTHGRAPH_TRUST_PROXY: '127.0.0.1',
    AUTHGRAPH_LIMITS: 'all',
  });
  user = await signUpUser(node.send);
  const { accessToken, refreshToken } = user;
  const url = `${node.url}/graphql`;
  const asks: HonestUser = { url, accessToken, refreshToken, me: ME, refresh: REFRESH };
  honest = new Worker(new URL('./harness/honest-user.ts', import.meta.url), { workerData: asks });
  await probe(WARM_UP_MS);
}, 60_000);
afterAll(async () => {
  await honest?.terminate();
  await node?.[Symbol.asyncDispose]();
  await rm(dataDir, { recursive: true, force: true });
  // biome-ignore lint/suspicious/noConsole: the table is what the long form is for
  if (isLong) console.table(table);
});

const post: Post = async (body, { address = '203.0.113.66', headers = {} } = {}) => {
  try {
    const response = await fetch(`${node.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-forwarded-for': address, ...headers },
      body,
    });
    const text = await response.text();
    const [, typename] = /"__typename":"(\w+)"/.exec(text) ?? [];
    const [, code] = /"code":"(\w+)"/.exec(text) ?? [];
    return { status: response.status, answer: typename ?? code ?? 'data' };
  } catch {
    return { status: 0, answer: 'hung up' }; // before the whole body was sent
  }
};

/** Made when it is first asked for: a proof is good for a minute. */
async function overhear(): Promise<Overheard> {
  const key = await makeProofKey();
  const proof = async () => ({ dpop: await key.proof(OWN_URL) });
  const { refreshToken: token } = await signInAgain(node.send, user, await proof());
  return { token, headers: await proof() };
}

const target: Target = {
  post,
  overhear: () => {
    overheard ??= overhear();
    return overheard;
  },
};

describe('under attack', () => {
  it('by nobody, honest users set the measure', async () => {
    const [signIn, probes] = await Promise.all([honestSignIn(), probe(ATTACK_MS)]);
    idleP99.me = Math.max(FLOOR_MS, probes.me);
    idleP99.refresh = Math.max(FLOOR_MS, probes.refresh);
    table.push({ attack: 'none', bound: '', seen: '', ...rowOf(probes, signIn) });
  });

  it.each(attacksOn(target))(
    '$name: answered as it should be, and honest users go on',
    { timeout: 60_000 },
    async ({ name, bound, parallel, shoot, answers, most }) => {
      const seen = new Map<string, number>();
      const until = performance.now() + ATTACK_MS;
      let shots = 0;
      const attackers = Array.from({ length: parallel }, async () => {
        while (performance.now() < until) {
          shots += 1;
          const { status, answer } = await shoot(shots);
          const key = `${status} ${answer}`;
          seen.set(key, (seen.get(key) ?? 0) + 1);
        }
      });
      const [signIn, probes] = await Promise.all([honestSignIn(), probe(ATTACK_MS)]);
      await Promise.all(attackers);
      const outcomes = [...seen].map(([key, count]) => `${count} × ${key}`).join(', ');
      table.push({ attack: name, bound, seen: outcomes, ...rowOf(probes, signIn) });
      for (const answer of seen.keys()) expect(answer).toMatch(answers);
      if (most) expect(seen.get(most.answer) ?? 0).toBeLessThanOrEqual(most.times);
      expect(signIn).toBeLessThan(HONEST_SIGN_IN_MS);
      if (isLong) assertQuick(probes);
    },
  );

  it('idle connections and slow requests, half of each: honest users go on', async () => {
    const sockets = await Promise.all(
      Array.from({ length: IDLE_SOCKETS }, (_, n) => idle(n % 2 === 0)),
    );
    try {
      const [signIn, probes] = await Promise.all([honestSignIn(), probe(ATTACK_MS)]);
      const what = { attack: 'idle and slow connections', bound: '', seen: `${IDLE_SOCKETS} open` };
      table.push({ ...what, ...rowOf(probes, signIn) });
      expect(signIn).toBeLessThan(HONEST_SIGN_IN_MS);
      if (isLong) assertQuick(probes);
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  });

  it.each([
    'GET //evil.example/ HTTP/1.1',
    'GET /\\evil.example HTTP/1.1',
    'GET /%2f%2fevil.example HTTP/1.1',
    'GET http://evil.example/ HTTP/1.1',
    'GET /?returnTo=https://evil.example HTTP/1.1',
    'GET /graphql?redirect_uri=https://evil.example HTTP/1.1',
    'GET /mails?next=//evil.example HTTP/1.1',
    'GET /realms/default/graphql?to=//evil.example HTTP/1.1',
    'GET /.well-known/openid-configuration HTTP/1.1',
  ])('"%s" leads nowhere else', async (line) => {
    const headers = ['Host: evil.example', 'X-Forwarded-Host: evil.example', 'Accept: text/html'];
    const { text } = await sendRaw(
      node.url,
      [line, ...headers, 'Connection: close', '', ''].join('\r\n'),
    );
    const [head = ''] = text.split('\r\n\r\n');
    expect(head).not.toMatch(/^(?:location|refresh|link):.*evil/im);
  });

  it('has let no guess through, and failed unexpectedly nowhere', () => {
    expect(node.log().filter(({ level }) => level === 'error')).toEqual([]);
  });
});

/** What is seen of honest users, and its bound, in milliseconds. */
function rowOf(probes: Probes, signIn: number) {
  return {
    'me p99': `${probes.me} of ${SLOWER * idleP99.me}`,
    'refresh p99': `${probes.refresh} of ${SLOWER * idleP99.refresh}`,
    'sign-in': `${signIn} of ${HONEST_SIGN_IN_MS}`,
  };
}

/** In the long form only, for a machine that does nothing else: beside tests, times say nothing. */
function assertQuick(probes: Probes): void {
  expect.soft(probes.me).toBeLessThanOrEqual(SLOWER * idleP99.me);
  expect.soft(probes.refresh).toBeLessThanOrEqual(SLOWER * idleP99.refresh);
}

/** Milliseconds that it took a user at an address of their own. */
async function honestSignIn(): Promise<number> {
  const from = performance.now();
  const input = { email: user.email, password: GOOD_PASSWORD };
  let answer: string;
  // Who is told to come again does so.
  do ({ answer } = await post(operation(SIGN_IN, { input }), { address: '198.51.100.7' }));
  while (answer === 'RateLimited' && performance.now() - from < HONEST_SIGN_IN_MS);
  expect(answer).toBe('SignedIn');
  return Math.round(performance.now() - from);
}

async function probe(ms: number): Promise<Probes> {
  honest.postMessage(ms);
  const [probes] = await once(honest, 'message');
  return probes;
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
