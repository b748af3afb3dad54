import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { SIGN_UP } from './harness/graphql-client.js';
import { startService, type TestService } from './harness/service.js';

const BREACHED = 'grapefruit-lantern-41';
const PADDED = 'grapefruit-lantern-42';
const FINE = 'grapefruit-lantern-43';

type Answer = (prefix: string) => { readonly status?: number; readonly body?: string } | undefined;
let answer: Answer;
let asked: string[];
let ranges: Server;
let service: TestService;
beforeAll(async () => {
  ranges = createServer((request, response) => {
    const prefix = request.url?.split('/').at(-1) ?? '';
    asked.push(request.url ?? '');
    const said = answer(prefix);
    if (said !== undefined) response.writeHead(said.status ?? 200).end(said.body);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => ranges.once('listening', resolve));
  const { port } = ranges.address() as AddressInfo; // it listens on TCP
  const env = { AUTHGRAPH_BREACH_CHECK_URL: `http://127.0.0.1:${port}/range` };
  service = await startService({ env });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  ranges.closeAllConnections();
  ranges.close();
});
beforeEach(() => {
  asked = [];
  answer = () => ({ body: rangeOf([BREACHED, 12], [PADDED, 0]) });
});

function sha1(password: string): string {
  return createHash('sha1').update(password).digest('hex').toUpperCase();
}

/** As the range API writes it; all of them, whatever their prefix. */
function rangeOf(...entries: readonly [password: string, count: number][]): string {
  return entries.map(([password, count]) => `${sha1(password).slice(5)}:${count}`).join('\r\n');
}

let made = 0;
async function signUp(password: string): Promise<{ __typename: string; reasons?: string[] }> {
  const email = `b${++made}@breaches.example.com`;
  return (await service.send(SIGN_UP, { input: { email, password } })).body.data.signUp;
}

it('refuses a password that stands in a breach, having told only five digits of its hash', async () => {
  expect(await signUp(BREACHED)).toMatchObject({
    __typename: 'WeakPassword',
    reasons: ['BREACHED'],
  });
  expect(asked).toEqual([`/range/${sha1(BREACHED).slice(0, 5)}`]);
});

it.each([PADDED, FINE])('takes one that stands in none: %s', async (password) => {
  expect((await signUp(password)).__typename).toBe('SignedIn');
});

it('does not ask about what is refused anyway', async () => {
  expect((await signUp('password')).reasons).toContain('COMMON');
  expect(asked).toEqual([]);
});

it.each<[string, Answer]>([
  ['fails', () => ({ status: 500 })],
  ['sends it elsewhere', () => ({ status: 302 })],
  ['answers nonsense', () => ({ body: '<html>' })],
  ['answers without end', () => ({ body: 'A'.repeat(2_000_000) })],
  ['hangs', () => undefined],
])('lets a password pass, and logs it, when the service %s', async (_what, does) => {
  answer = does;
  expect((await signUp(BREACHED)).__typename).toBe('SignedIn');
});

it('logs no password and no hash', () => {
  expect(service.logged()).toContain('password.breach_check_failed');
  for (const secret of [BREACHED, sha1(BREACHED), sha1(BREACHED).slice(0, 5)])
    expect(service.logged()).not.toContain(secret);
});
