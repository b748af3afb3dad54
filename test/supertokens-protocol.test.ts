import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CORE_KEY, type CoreAnswer, startCore, type TestCore } from './harness/core-client.js';
import { CORE_ENDPOINTS, type CoreEndpoint } from './harness/core-endpoints.js';

const VERSIONS = ['2.8', '2.18', '3.0', '3.1', '4.0', '5.0', '5.1', '5.2', '5.3', '5.4'];
const TEXT = 'text/html;charset=UTF-8';

let core: TestCore;
beforeAll(async () => {
  core = await startCore();
});
afterAll(() => core[Symbol.asyncDispose]());

const named = CORE_ENDPOINTS.map((each): [string, CoreEndpoint] => [
  `${each.method} ${each.path}${each.rid ? ` (${each.rid})` : ''}`,
  each,
]);

interface Sent {
  readonly prefix?: string;
  readonly version?: string;
  readonly input?: Readonly<Record<string, unknown>>;
  readonly headers?: Record<string, string>;
}

function send(endpoint: CoreEndpoint, { prefix = '', input, ...rest }: Sent = {}) {
  const { method, path, rid } = endpoint;
  const values = input ?? endpoint.input;
  const version = rest.version ?? endpoint.until ?? '5.4';
  const request = { ...rest, version, ...(rid === undefined ? {} : { rid }) };
  const isQuery = method === 'GET' || method === 'DELETE';
  return core.call(method, `${prefix}${path}`, {
    ...request,
    ...(isQuery ? { query: values as Record<string, string> } : { body: values }),
  });
}

function expectText(answer: CoreAnswer, status: number, text: string): void {
  const { status: got, type, text: body } = answer;
  expect({ status: got, type, body }).toEqual({ status, type: TEXT, body: `${text}\n` });
}

describe.each(named)('%s', (_name, endpoint) => {
  const { input, method } = endpoint;

  it('refuses a version that is none, and another method', async () => {
    expectText(await send(endpoint, { version: '9.9' }), 400, 'cdi-version 9.9 not supported');
    expectText(await send(endpoint, { version: 'x' }), 400, 'cdi-version header is invalid');
    const { path } = endpoint;
    expectText(await core.call('PATCH', path, { body: {} }), 405, 'Method not supported');
  });

  it('answers no 500 to any input', async () => {
    const version = endpoint.until ?? '5.4';
    if (method !== 'GET' && method !== 'DELETE') {
      for (const raw of ['', 'x', '[]', 'null', '"x"', '{"a":', '['.repeat(5_000)]) {
        const answer = await core.call(method, endpoint.path, { raw, version });
        expectText(answer, 400, 'Invalid Json Input');
      }
      const bytes = new Uint8Array([0x7b, 0xff, 0x7d]);
      const answer = await core.call(method, endpoint.path, { raw: bytes, version });
      expectText(answer, 400, 'Invalid Json Input');
    }
    const attempts = Object.keys(input).flatMap((field) =>
      HOSTILE.map(async (value) => {
        const answer = await send(endpoint, { input: { ...input, [field]: value } });
        expect([200, 400, 403], `${field}: ${String(value).slice(0, 40)}`).toContain(answer.status);
      }),
    );
    await Promise.all(attempts);
  });
});

const HOSTILE = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  'x'.repeat(10_000),
  "' or 1=1 --",
  '%_\\',
  '__proto__',
  1,
  -1,
  1e308,
  1.5,
  true,
  null,
  [],
  ['\u0000'],
  {},
  JSON.parse('{"__proto__":{"a":1},"constructor":1,"x":"\\u0000"}'),
];

describe('the core', () => {
  it('says hello to everybody, at any prefix', async () => {
    for (const path of ['/hello', '/', '/appid-x/y/hello', '/HELLO/']) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const { status, text } = await core.call(method, path, { headers: { 'api-key': '' } });
        expect({ status, text }).toEqual({ status: 200, text: 'Hello\n' });
      }
    }
  });

  it('tells its versions, without a status, to whoever has a key', async () => {
    const { body } = await core.call('GET', '/apiversion', { query: { apiDomain: 'x' } });
    expect(body).toEqual({ versions: VERSIONS });
    const wrong = await core.call('GET', '/apiversion', { headers: { 'api-key': 'x' } });
    expectText(wrong, 401, 'Invalid API key');
  });

  it('takes a key as a bearer token, and trims it', async () => {
    for (const headers of [
      { 'api-key': ` ${CORE_KEY} ` },
      { 'api-key': '', authorization: CORE_KEY },
      { 'api-key': '', authorization: `BEARER ${CORE_KEY}` },
    ]) {
      const sent = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== ''));
      const response = await fetch(`${core.url}/users/count`, { headers: sent });
      expect(response.status).toBe(200);
    }
    expect((await fetch(`${core.url}/users/count`)).status).toBe(401);
  });

  it('reads paths in any case, with a prefix, and with a slash at the end', async () => {
    for (const path of [
      '/Users/COUNT',
      '/users/count/',
      '/public/users/count',
      '/PUBLIC/users/count',
    ])
      expect((await core.call('GET', path)).status).toBe(200);
    for (const path of ['/nothing/here', '/a/b/users/count', '/%zz', '//users//count'])
      expectText(await core.call('GET', path), 404, 'Not found');
    expect((await core.call('GET', '/recipe/handshake')).status).toBe(405);
  });

  it('knows no tenants before 3.0, and no HEAD, OPTIONS or TRACE', async () => {
    const request = { version: '2.18' };
    expectText(await core.call('GET', '/t1/users/count', request), 404, 'Not found');
    expect((await core.call('HEAD', '/users/count')).status).toBe(405);
    expect((await core.call('OPTIONS', '/users/count')).status).toBe(405);
  });

  it('takes a DELETE that says it is JSON and has no body', async () => {
    expect((await core.call('DELETE', '/ee/license')).body).toEqual({ status: 'OK' });
    expect((await core.call('DELETE', '/ee/license', { raw: 'null' })).status).toBe(200);
  });

  it('publishes its keys for as long as the next one need not be known', async () => {
    const { body, headers } = await core.call('GET', '/.well-known/jwks.json', {
      headers: { 'api-key': '' },
    });
    expect(body).toEqual({ keys: [expect.anything(), expect.anything()] });
    for (const key of body.keys)
      expect(Object.keys(key).toSorted()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
    expect(body.keys[0].kid).toMatch(/^d-\d+$/);
    expect(body.keys[1].kid).toMatch(/^s-[0-9a-f-]{36}$/);
    expect(headers.get('cache-control')).toMatch(/^max-age=604[67]\d\d, must-revalidate$/);
  });

  it('serves nothing of bulk import, WebAuthn, OAuth and SAML', async () => {
    for (const path of [
      '/bulk-import/users',
      '/recipe/webauthn/signup',
      '/recipe/oauth/auth',
      '/recipe/saml/clients',
    ])
      expectText(await core.call('POST', path, { body: {} }), 404, 'Not found');
  });
});
