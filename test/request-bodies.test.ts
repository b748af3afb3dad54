import { request as httpRequest } from 'node:http';
import { isIP } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOOD_PASSWORD, SIGN_UP } from './harness/graphql-client.js';
import { rawPost, sendRaw } from './harness/raw-http.js';
import { startService, type TestService } from './harness/service.js';

/** A body may come at once, with its length, or in chunks of unknown length: nobody may notice. */
let service: TestService;
beforeAll(async () => {
  service = await startService({ env: { AUTHGRAPH_TRUST_PROXY: '127.0.0.1' } });
});
afterAll(() => service[Symbol.asyncDispose]());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Record<string, unknown>;
  readonly text: string;
}

function post(
  chunks: readonly (string | Buffer)[],
  headers: Record<string, string | number>,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      `${service.url}/graphql`,
      { method: 'POST', headers: { 'content-type': 'application/json', ...headers } },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          resolve({
            status: response.statusCode,
            headers: response.headers,
            text: Buffer.concat(parts).toString('utf8'),
          });
        });
      },
    );
    request.once('error', reject);
    // Apart in time, or they would arrive as one.
    for (const [index, chunk] of chunks.entries())
      setTimeout(() => request.write(chunk), index * 50);
    setTimeout(() => request.end(), chunks.length * 50);
  });
}

const whole = (body: string, headers = {}) =>
  post([body], { ...headers, 'content-length': Buffer.byteLength(body) });
const chunked = (body: string, headers = {}) =>
  post([body], { ...headers, 'transfer-encoding': 'chunked' });

const OPERATIONS: [string, string][] = [
  ['an operation', JSON.stringify({ query: '{ __typename me { id } }' })],
  ['a failed one', JSON.stringify({ query: '{ nothingOfThatName }' })],
  [
    'letters beyond ASCII',
    JSON.stringify({
      query: 'query one { __typename }',
      operationName: 'žluťoučký 🐎',
    }),
  ],
  ['no JSON', '{"query":'],
  ['__proto__', '{"query":"{ __typename }","variables":{"__proto__":{"x":1}}}'],
  ['no operation', '[]'],
];

describe('a POST is answered alike whole and in chunks', () => {
  it.each(OPERATIONS)('%s', async (_what, body) => {
    const [atOnce, inChunks] = [await whole(body), await chunked(body)];
    const { errors, ...rest } = JSON.parse(atOnce.text);
    const expected = JSON.parse(inChunks.text);
    expect(atOnce.status).toBe(inChunks.status);
    expect(rest.data).toEqual(expected.data);
    expect(codesOf(errors)).toEqual(codesOf(expected.errors));
    for (const name of [
      'content-type',
      'cache-control',
      'content-length',
      'x-content-type-options',
    ]) {
      if (name !== 'content-length' || rest.data !== undefined)
        expect(atOnce.headers[name]).toEqual(inChunks.headers[name]);
    }
    expect(atOnce.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('with the tokens as cookies', async () => {
    const signUp = (name: string) => {
      const input = { email: `${name}@example.com`, password: GOOD_PASSWORD, delivery: 'COOKIE' };
      return JSON.stringify({ query: SIGN_UP, variables: { input } });
    };
    const [atOnce, inChunks] = [await whole(signUp('direct')), await chunked(signUp('indirect'))];
    const names = ({ headers }: Answer) =>
      (headers['set-cookie'] as string[] | undefined)?.map((cookie) => cookie.split('=')[0]);
    expect(names(atOnce)).toEqual(names(inChunks));
    expect(names(atOnce)).toHaveLength(3);
  });
});

describe('a POST', () => {
  it('comes in pieces that part a letter', async () => {
    const body = Buffer.from(OPERATIONS[2]?.[1] ?? '');
    const middle = body.indexOf('🐎') + 2;
    const answer = await post([body.subarray(0, middle), body.subarray(middle)], {
      'content-length': body.length,
    });
    expect(answer.text).toContain('žluťoučký 🐎');
  });

  it('is logged as others are, with the address that a trusted proxy tells', async () => {
    const { headers } = await whole('{"query":"{ __typename }"}', {
      'x-forwarded-for': '203.0.113.9',
    });
    const line = service
      .logged()
      .split('\n')
      .find((text) => text.includes(`${headers['x-request-id']}`));
    expect(JSON.parse(line ?? '{}')).toMatchObject({
      msg: 'request',
      method: 'POST',
      path: '/graphql',
      status: 200,
      ip: '203.0.113.9',
    });
  });

  it.each([
    ['nothing', ''],
    ['garbage', 'garbage'],
    ['holes', '203.0.113.9, , x'],
    ['no address', '::ffff:999.1.1.1'],
    ['commas', ','.repeat(500)],
  ])(
    'is answered when %s is in X-Forwarded-For, which is kept from the log',
    async (_what, value) => {
      const answer = await whole('{"query":"{ __typename }"}', { 'x-forwarded-for': value });
      expect(answer.status).toBe(200);
      const line = service
        .logged()
        .split('\n')
        .find((text) => text.includes(`${answer.headers['x-request-id']}`));
      expect(isIP(JSON.parse(line ?? '{}').ip)).not.toBe(0);
    },
  );

  it.each([
    ['none', '<script>alert(1)</script>', '127.0.0.1'],
    ['one behind those that its client made up', '203.0.113.66, 198.51.100.7', '198.51.100.7'],
  ])(
    'stores what a trusted proxy tells, which is %s (requirement 53)',
    async (_what, value, ip) => {
      const email = `hop-${ip}@example.com`;
      const signUp = `mutation { signUp(input: { email: "${email}", password: "mauve-otter-climbs-77" }) {
      ... on SignedIn { session { ipAddress } } } }`;
      const { text } = await whole(JSON.stringify({ query: signUp }), { 'x-forwarded-for': value });
      expect(JSON.parse(text).data.signUp.session.ipAddress).toBe(ip);
    },
  );

  it('harms nobody when its sender leaves in the middle', async () => {
    const whole = rawPost('{"query":"{ __typename }"}');
    const left = httpRequest(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': 5_000 },
    });
    left.once('error', () => {});
    left.write('{"query":');
    await new Promise((resolve) => setTimeout(resolve, 50));
    left.destroy();
    expect((await sendRaw(service.url, whole)).status).toBe(200);
  });
});

function codesOf(
  errors: { extensions?: { code?: string } }[] | undefined,
): (string | undefined)[] | undefined {
  return errors?.map((error) => error.extensions?.code);
}
