import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { refresh } from './harness/accounts.js';
import {
  bearer,
  GOOD_PASSWORD,
  ME,
  REFRESH,
  SIGN_IN,
  SIGN_OUT,
  SIGN_UP,
  signUpUser,
  type TestUser,
} from './harness/graphql-client.js';
import { leaksOf } from './harness/leaks.js';
import { rawPost, sendRaw } from './harness/raw-http.js';
import { startService, type TestService } from './harness/service.js';

/** Requirement 30: odd input gets a typed answer, and never a 500. */
let service: TestService;
let user: TestUser;
beforeAll(async () => {
  service = await startService();
  user = await signUpUser(service.send);
});
afterAll(() => service[Symbol.asyncDispose]());

/** Whatever a test sent: nothing may have failed unexpectedly on our side. */
let seen = 0;
afterEach(() => {
  const lines = service.logged().split('\n');
  const failures = lines.slice(seen).filter((line) => line.includes('"level":"error"'));
  seen = lines.length - 1;
  expect(failures).toEqual([]);
});

async function post(body: BodyInit, headers: Record<string, string> = {}) {
  const response = await fetch(`${service.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  return { status: response.status, text, code: codeOf(text) };
}

/** `extensions.code` of the first error, if the text is JSON that has any. */
function codeOf(text: string): string | undefined {
  try {
    return JSON.parse(text).errors?.[0]?.extensions?.code;
  } catch {
    return undefined;
  }
}

async function signUp(input: object) {
  const { status, body } = await service.send(SIGN_UP, { input });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.data.signUp;
}

async function signIn(input: object) {
  const { status, body } = await service.send(SIGN_IN, { input });
  expect(status, JSON.stringify(body)).toBe(200);
  return body.data.signIn;
}

const HOSTILE_STRINGS = [
  '',
  ' ',
  '\0',
  'NUL\0inside',
  '\ud800',
  '\udfff half a character',
  '\u202e\u200b\ufeff',
  "' or '1'='1",
  "'; drop table users; --",
  '{{7*7}}',
  '../../../../etc/passwd',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  '\r\nSet-Cookie: a=b',
  '%00%0a%c0%ae',
  'x'.repeat(50_000),
  '🦊'.repeat(10_000),
  `${'e'}${'\u0301'.repeat(20_000)}`,
  'ﷺ'.repeat(5_000),
];

describe('email addresses', () => {
  it.each([
    ['without an @', 'ada.example.com'],
    ['of 300 characters', `${'a'.repeat(288)}@example.com`],
    ['with a NUL', 'ada\0@example.com'],
    ['with a lone surrogate', 'ada\ud800@example.com'],
    ...HOSTILE_STRINGS.map((text) => [`like ${JSON.stringify(text.slice(0, 24))}`, text]),
  ])('%s are no addresses, and nobody can sign in with them', async (_what, email) => {
    expect(await signUp({ email, password: GOOD_PASSWORD })).toMatchObject({
      __typename: 'InvalidEmail',
    });
    expect(await signIn({ email, password: GOOD_PASSWORD })).toMatchObject({
      __typename: 'InvalidCredentials',
    });
  });
});

describe('passwords', () => {
  it.each([
    ['empty', ''],
    ['10 KB long', 'x'.repeat(10_240)],
    ['NULs', '\0'.repeat(12)],
    ...HOSTILE_STRINGS.map((text) => [`like ${JSON.stringify(text.slice(0, 24))}`, text]),
  ])('that are %s are weak or fine, and never right by accident', async (_what, password) => {
    expect(await signIn({ email: user.email, password })).toMatchObject({
      __typename: 'InvalidCredentials',
    });
    if (!password.isWellFormed()) return;
    const answer = await signUp({ email: `hostile-${crypto.randomUUID()}@example.com`, password });
    expect(['WeakPassword', 'SignedIn']).toContain(answer.__typename);
  });

  it('with a lone surrogate are refused as bad input: they have no form that could be compared', async () => {
    const input = { email: 'lone@example.com', password: `\ud800${GOOD_PASSWORD}` };
    const { body } = await service.send(SIGN_UP, { input });
    expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    expect(
      await service.sql("select 1 from users where email_normalized = 'lone@example.com'"),
    ).toEqual([]);
  });

  it('say what is wrong with them', async () => {
    expect(await signUp({ email: 'empty@example.com', password: '' })).toMatchObject({
      __typename: 'WeakPassword',
      reasons: ['TOO_SHORT'],
    });
    const long = await signUp({ email: 'long@example.com', password: 'x'.repeat(10_240) });
    expect(long).toMatchObject({ __typename: 'WeakPassword', reasons: ['TOO_LONG'] });
  });
});

describe('refresh tokens', () => {
  const malformed = { __typename: 'RefreshRejected', reason: 'MALFORMED' };

  it('that are cut anywhere are MALFORMED', async () => {
    for (let length = 0; length < user.refreshToken.length; length += 1) {
      expect(
        await refresh(service.send, user.refreshToken.slice(0, length)),
        `length ${length}`,
      ).toMatchObject(malformed);
    }
  });

  it('with any one bit of their bytes changed are MALFORMED', { timeout: 60_000 }, async () => {
    const bytes = Buffer.from(user.refreshToken.slice('ag_rt_'.length), 'base64url');
    expect(bytes).toHaveLength(68);
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(
        await refresh(service.send, `ag_rt_${changed.toString('base64url')}`),
        `bit ${bit}`,
      ).toMatchObject(malformed);
    }
  });

  it('with any one bit of their text changed are MALFORMED', async () => {
    const bitOfText = fc.integer({ min: 0, max: user.refreshToken.length * 7 - 1 });
    const property = fc.asyncProperty(bitOfText, async (bit) => {
      const characters = [...user.refreshToken];
      const index = Math.floor(bit / 7);
      characters[index] = String.fromCharCode(
        (characters[index]?.charCodeAt(0) ?? 0) ^ (1 << (bit % 7)),
      );
      expect(await refresh(service.send, characters.join(''))).toMatchObject(malformed);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it.each(HOSTILE_STRINGS.map((text) => [JSON.stringify(text.slice(0, 24)), text]))(
    'like %s are MALFORMED, and end nothing',
    async (_what, text) => {
      expect(await refresh(service.send, text)).toMatchObject(malformed);
      expect(await refresh(service.send, `ag_rt_${text}`)).toMatchObject(malformed);
      const { status, body } = await service.send(SIGN_OUT, {
        input: { refreshToken: text, everywhere: true },
      });
      expect({ status, data: body.data }).toEqual({
        status: 200,
        data: { signOut: { endedSessions: 0 } },
      });
    },
  );

  it('that are an access token are MALFORMED', async () => {
    expect(await refresh(service.send, user.accessToken)).toMatchObject(malformed);
  });

  it('leave the session alone, after all of this', async () => {
    const { body } = await service.send(ME, {}, bearer(user.accessToken));
    expect(body.data.session).toEqual({ id: user.sessionId });
    const [row] = await service.sql('select generation, ended_at from sessions where id = ?', [
      user.sessionId,
    ]);
    expect(row).toEqual({ generation: 0, ended_at: null });
  });
});

describe('an Authorization header', () => {
  const jwt = (header: object) =>
    `${Buffer.from(JSON.stringify(header)).toString('base64url')}.e30.AAAA`;

  it.each([
    'Bearer',
    'Bearer ',
    'bearer x',
    'Bearer a b',
    'Bearer a, Bearer b',
    'Bearer null',
    'Basic YWRhOnBhc3N3b3Jk',
    'Digest username="ada"',
    'xyz',
    '=',
    `Bearer ${'a'.repeat(12_000)}`,
    `Bearer ${'.'.repeat(9_000)}`,
    'Bearer a.b.c',
    'Bearer ..',
    'Bearer é',
    `Bearer ${jwt({ alg: 'none' })}`,
    `Bearer ${jwt({ alg: 'ES256', typ: 'at+jwt', kid: '../../etc/passwd' })}`,
    `Bearer ${jwt({ alg: 'ES256', typ: 'at+jwt', kid: { $gt: '' } })}`,
    `Bearer ${Buffer.from('[1]').toString('base64url')}.e30.AAAA`,
    `Bearer ${Buffer.from('null').toString('base64url')}.e30.AAAA`,
  ])(
    '%.40s is refused with 401 where a session is asked for, and in nobody else’s way',
    async (authorization) => {
      const me = await service.send(ME, {}, { authorization });
      expect(me.status).toBe(401);
      expect(me.headers.get('www-authenticate')).toContain('Bearer');
      expect(me.body.errors[0].extensions).toMatchObject({
        code: 'UNAUTHENTICATED',
        reason: 'TOKEN_INVALID',
      });
      const signedIn = await service.send(
        SIGN_IN,
        { input: { email: user.email, password: user.password } },
        { authorization },
      );
      expect(signedIn.body.data.signIn.__typename).toBe('SignedIn');
    },
  );

  it('longer than any proxy allows is refused before it is read', async () => {
    const { status } = await sendRaw(
      service.url,
      rawPost('{"query":"{ __typename }"}', [`Authorization: Bearer ${'a'.repeat(40_000)}`]),
    );
    expect(status).toBe(431);
  });

  it('that comes twice is refused, whichever of the two is good (requirement 53)', async () => {
    const body = JSON.stringify({ query: '{ me { id } }' });
    const lines = ['Authorization: Bearer nonsense', `authorization: Bearer ${user.accessToken}`];
    for (const order of [lines, lines.toReversed()]) {
      const { status, text } = await sendRaw(service.url, rawPost(body, order));
      expect(status).toBe(400);
      expect(text).toContain('BAD_USER_INPUT');
      expect(text).not.toContain(user.id);
    }
  });

  it.each(['Content-Type: application/json', 'Host: localhost'])(
    'is not the only one that may come only once: nor may "%s" (requirement 53)',
    async (line) => {
      const { status } = await sendRaw(service.url, rawPost('{"query":"{ me { id } }"}', [line]));
      expect(status).toBe(400);
    },
  );
});

describe('cookies', () => {
  it.each(['authgraph-at', 'authgraph-rt'])(
    'of the name %s that come twice are refused',
    async (name) => {
      const value = name === 'authgraph-at' ? user.accessToken : user.refreshToken;
      for (const cookie of [
        `${name}=${value}; ${name}=planted`,
        `${name}=planted; a=b; ${name}=${value}`,
        `${name}=; ${name}=`,
      ]) {
        const { status, body } = await service.send(ME, {}, { cookie });
        expect(status).toBe(400);
        expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      }
    },
  );

  it('in two Cookie headers are two cookies all the same', async () => {
    const body = JSON.stringify({ query: '{ me { id } }' });
    const lines = [`Cookie: authgraph-at=${user.accessToken}`, 'Cookie: authgraph-at=planted'];
    const { status, text } = await sendRaw(service.url, rawPost(body, lines));
    expect(status).toBe(400);
    expect(text).not.toContain(user.id);
  });

  it.each([
    '',
    ';;;',
    '=',
    'authgraph-at',
    'authgraph-at=',
    'authgraph-at="',
    'authgraph-at=%',
    'authgraph-rt=%00',
    `a=${'b'.repeat(8_000)}`,
  ])('like %.30j get an answer', async (cookie) => {
    const { status } = await service.send(ME, {}, { cookie });
    expect([200, 401]).toContain(status);
    expect(
      (await service.send('mutation { refreshSession { __typename } }', {}, { cookie })).status,
    ).toBe(200);
  });
});

describe('requests that a page elsewhere could make a browser send', () => {
  const mutation = `mutation { signUp(input: { email: "csrf@example.com", password: "${GOOD_PASSWORD}" }) { __typename } }`;
  afterAll(async () => {
    expect(
      await service.sql("select 1 from users where email_normalized = 'csrf@example.com'"),
    ).toEqual([]);
  });

  it.each([
    ['a plain GET', {}, 400],
    ['a GET that says it is no simple request', { 'apollo-require-preflight': '1' }, 405],
    ['a GET with a content type', { 'content-type': 'application/json' }, 405],
  ])('do not mutate: %s', async (_what, headers, expected) => {
    const response = await fetch(`${service.url}/graphql?query=${encodeURIComponent(mutation)}`, {
      headers,
    });
    expect(response.status).toBe(expected);
  });

  it.each([
    'text/plain',
    'text/plain;charset=UTF-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/graphql',
    'text/html',
    'application/json-patch',
    'garbage',
  ])('do not mutate: a POST of %j', async (type) => {
    // 415 before Apollo's own prevention, which would answer 400: each of the two has to hold
    // alone.
    expect((await post(JSON.stringify({ query: mutation }), { 'content-type': type })).status).toBe(
      415,
    );
  });

  it('do not mutate: a POST without a content type', async () => {
    const body = JSON.stringify({ query: mutation });
    const { status } = await sendRaw(
      service.url,
      rawPost(body).replace('Content-Type: application/json\r\n', ''),
    );
    expect([400, 415]).toContain(status);
  });
});

describe('bodies', () => {
  it.each([
    ['a byte that begins nothing', [0xff]],
    ['half a letter', [0xc3]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['a surrogate', [0xed, 0xa0, 0x80]],
  ])('with %s are not UTF-8, and refused (requirement 48)', async (_what, bytes) => {
    const [before, after] = JSON.stringify({ query: '{ me { id } }', variables: { x: '|' } }).split(
      '|',
    );
    const body = Buffer.concat([
      Buffer.from(before ?? ''),
      Buffer.from(bytes),
      Buffer.from(after ?? ''),
    ]);
    expect(await post(body)).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
  });

  it('are answered with what no cache may keep (requirement 49)', async () => {
    for (const query of ['{ me { email } }', '{ nothing }', '{']) {
      const { headers } = await service.send(query, {}, bearer(user.accessToken));
      expect(headers.get('cache-control'), query).toBe('no-store');
    }
  });

  it('are never repeated in what is said of them (requirement 42)', async () => {
    const secret = 'hunter2-hunter2';
    const operation = (password: unknown) => ({
      query: SIGN_IN,
      variables: { input: { email: 'a@example.com', password } },
    });
    for (const body of [
      `{"query": "{ me }", ${secret} }`,
      `"${secret}"`,
      JSON.stringify({ query: `{ me(x: "${secret}` }),
      JSON.stringify({ query: `mutation { signIn(input: "${secret}") { __typename } }` }),
      JSON.stringify(operation([secret])),
      JSON.stringify(operation({ [secret]: secret })),
    ]) {
      const { status, text } = await post(body);
      expect(status, body).toBe(400);
      expect(text).not.toContain('hunter2');
    }
  });

  it('of 10 MB are refused, with or without a length', async () => {
    const body = JSON.stringify({
      query: '{ __typename }',
      variables: { x: 'x'.repeat(10 * 1024 * 1024) },
    });
    // the service may hang up while it is sent
    expect(await post(body).catch(() => ({ status: 413 }))).toMatchObject({ status: 413 });
    const head = rawPost('', ['Transfer-Encoding: chunked']).replace('Content-Length: 0\r\n', '');
    const chunked = await sendRaw(
      service.url,
      `${head}${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`,
    );
    expect(chunked.status).toBe(413);
    expect((await service.send(ME)).status).toBe(200);
  });

  it.each([
    ['nothing', ''],
    ['no JSON', '{'],
    ['null', 'null'],
    ['a number', '1'],
    ['a string', '"{ __typename }"'],
    ['an empty list', '[]'],
    ['a batch', '[{"query":"{ __typename }"},{"query":"{ __typename }"}]'],
    ['an empty object', '{}'],
    ['a query that is a number', '{"query":1}'],
    ['a query that is an object', '{"query":{"a":1}}'],
    ['a query that is null', '{"query":null}'],
    ['variables that are a list', '{"query":"{ __typename }","variables":[]}'],
    ['variables that are a string', '{"query":"{ __typename }","variables":"x"}'],
    ['an operation name that is an object', '{"query":"{ __typename }","operationName":{}}'],
    [
      'an operation name that nobody defined',
      '{"query":"{ __typename }","operationName":"__proto__"}',
    ],
    ['extensions that are a string', '{"query":"{ __typename }","extensions":"x"}'],
    ['a byte order mark', '\ufeff{}'],
    ['raw control characters', '{"query":"{ \0 }"}'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
    ['__proto__ at the top', '{"query":"{ __typename }","__proto__":{"polluted":true}}'],
    [
      '__proto__ in the variables',
      '{"query":"{ __typename }","variables":{"__proto__":{"polluted":true}}}',
    ],
    [
      'constructor.prototype',
      '{"query":"{ __typename }","variables":{"constructor":{"prototype":{"polluted":true}}}}',
    ],
    [
      'JSON that is nested 40,000 deep',
      `{"query":"{ __typename }","variables":${'['.repeat(40_000)}${']'.repeat(40_000)}}`,
    ],
    [
      'a query that is nested 1,500 deep',
      JSON.stringify({ query: '{a'.repeat(1_500) + '}'.repeat(1_500) }),
    ],
    ['a query of 90 KB', JSON.stringify({ query: `{ ${'a '.repeat(45_000)} }` })],
    [
      'a fragment that contains itself',
      JSON.stringify({ query: '{ me { ...F } } fragment F on User { ...F }' }),
    ],
    [
      'an APQ hash without a query',
      '{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}',
    ],
  ])('that hold %s get an answer below 500', async (_what, body) => {
    const { status, code } = await post(body);
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
    expect(code).not.toBe('INTERNAL_SERVER_ERROR');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('with __proto__ in them are refused', async () => {
    expect(
      (await post('{"query":"{ __typename }","variables":{"__proto__":{"polluted":true}}}')).status,
    ).toBe(400);
  });

  it('with values of the wrong type are BAD_USER_INPUT', async () => {
    const wrong = [1, true, {}, ['x'], { a: { b: { c: [] } } }, null];
    for (const email of wrong) {
      const { status, body } = await service.send(SIGN_UP, {
        input: { email, password: GOOD_PASSWORD },
      });
      expect(status, JSON.stringify(email)).toBe(400);
      expect(body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
    }
    for (const input of [
      null,
      1,
      'x',
      [],
      { email: 'a@example.com' },
      { email: 'a@example.com', password: 'x', admin: true },
    ]) {
      expect((await service.send(SIGN_UP, { input })).status, JSON.stringify(input)).toBe(400);
    }
    for (const refreshToken of [1, {}, ['x']])
      expect((await service.send(REFRESH, { refreshToken })).status).toBe(400);
  });

  it('with deeply nested values where a string belongs are BAD_USER_INPUT', async () => {
    for (const [open, close, depth] of [
      ['[', ']', 40_000],
      ['{"a":', '}', 15_000],
    ] as const) {
      const nested = `${open.repeat(depth)}1${close.repeat(depth)}`;
      const body = `{"query":${JSON.stringify(SIGN_UP)},"variables":{"input":{"email":${nested},"password":"x"}}}`;
      expect(await post(body)).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
    }
  });
});

describe('requests', () => {
  const query = '{"query":"{ __typename }"}';

  it.each([
    'evil.example',
    '"><script>',
    'localhost:4000:4000',
    '',
    '[',
    '[::1',
    'a b',
    'localhost@evil.example',
    'x'.repeat(5_000),
    '%00',
    '../..',
  ])('for the host %.20j get an answer, which does not depend on it', async (host) => {
    const { status, text } = await sendRaw(service.url, rawPost(query, [], host));
    expect([200, 400]).toContain(status);
    expect(text).not.toContain('<script>');
    if (status === 200) expect(text).toContain('{"data":{"__typename":"Query"}}');
  });

  it('cannot choose the issuer of a token by their headers', async () => {
    const body = JSON.stringify({
      query: SIGN_IN,
      variables: { input: { email: user.email, password: user.password } },
    });
    const lines = [
      'X-Forwarded-Host: evil.example',
      'X-Forwarded-Proto: https',
      'Forwarded: host=evil.example',
    ];
    const { text } = await sendRaw(service.url, rawPost(body, lines, 'evil.example'));
    const [, payload = ''] = /"accessToken":"[\w-]+\.([\w-]+)\./.exec(text) ?? [];
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      iss: 'http://localhost:4000',
      aud: 'http://localhost:4000',
    });
  });

  it('cannot choose their address where no proxy is trusted (requirement 27)', async () => {
    const query = `mutation ($input: SignInInput!) { signIn(input: $input) {
      ... on SignedIn { session { ipAddress } } } }`;
    const input = { email: user.email, password: user.password };
    for (const name of ['x-forwarded-for', 'forwarded', 'x-real-ip']) {
      const value = name === 'forwarded' ? 'for=203.0.113.66' : '203.0.113.66';
      const { body } = await service.send(query, { input }, { [name]: value });
      expect(body.data.signIn.session.ipAddress, name).toBe('127.0.0.1');
    }
  });

  it.each([
    'GET /graphql?query=%7B__typename HTTP/1.1',
    'GET /graphql?query=% HTTP/1.1',
    'GET /graphql?variables=%7B&query=%7B__typename%7D HTTP/1.1',
    'GET /graphql?query=a&query=b HTTP/1.1',
    'GET /%00 HTTP/1.1',
    'GET /%c0%ae%c0%ae/ HTTP/1.1',
    'GET //evil.example/graphql HTTP/1.1',
    'GET http://evil.example/graphql HTTP/1.1',
    'GET /.well-known/../../etc/passwd HTTP/1.1',
    'GET /.well-known/jwks.json/%2e%2e HTTP/1.1',
    `GET /${'a'.repeat(10_000)} HTTP/1.1`,
    'HEAD /graphql HTTP/1.1',
    'PUT /graphql HTTP/1.1',
    'DELETE /graphql HTTP/1.1',
    'OPTIONS /graphql HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'TRACE /graphql HTTP/1.1',
    'GET graphql HTTP/1.1',
    'GET ? HTTP/1.1',
    'GET /graphql HTTP/9.9',
    'nonsense',
  ])('like "%.60s" get an answer below 500', async (line) => {
    const { status } = await sendRaw(
      service.url,
      `${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`,
    );
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).not.toBe(500);
    expect([200, 204, 400, 404, 405, 414, 431, 505]).toContain(status);
  });

  it.each([
    ['two lengths', ['Content-Length: 5']],
    ['a length and chunks', ['Transfer-Encoding: chunked']],
    ['a compressed body that is none', ['Content-Encoding: gzip']],
    ['a header with a NUL', ['X-Odd: a\0b']],
    ['a header without a name', [': x']],
    ['a thousand headers', Array.from({ length: 1_000 }, (_, index) => `x-${index}: y`)],
    ['a user agent that is no UTF-8', ['User-Agent: \xff\xfe']],
    ['an odd Origin', ['Origin: null']],
    ['a batch of forwarded addresses', [`X-Forwarded-For: ${'1.2.3.4, '.repeat(500)}`]],
  ])('with %s get an answer below 500', async (_what, lines) => {
    const { status } = await sendRaw(service.url, Buffer.from(rawPost(query, lines), 'latin1'));
    expect(status).toBeGreaterThanOrEqual(200);
    expect(status).toBeLessThan(500);
  });

  it('with a user agent that no database stores can sign in all the same', async () => {
    const body = JSON.stringify({
      query: SIGN_IN,
      variables: { input: { email: user.email, password: user.password } },
    });
    const { status, text } = await sendRaw(
      service.url,
      Buffer.from(rawPost(body, ['User-Agent: \xff\x80🦊']), 'latin1'),
    );
    expect(status).toBe(200);
    expect(text).toContain('SignedIn');
  });
});

describe('arbitrary values', () => {
  const anything = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom(...HOSTILE_STRINGS),
    fc.jsonValue(),
  );

  it('in every argument get a typed answer', { timeout: 60_000 }, async () => {
    const property = fc.asyncProperty(anything, anything, async (left, right) => {
      for (const [query, variables] of [
        [SIGN_UP, { input: { email: left, password: right } }],
        [REFRESH, { refreshToken: left }],
        [SIGN_OUT, { input: { refreshToken: left, everywhere: right } }],
      ] as const) {
        const { status, body } = await service.send(query, variables);
        expect([200, 400]).toContain(status);
        expect(body.errors?.[0]?.extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
      }
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('in representations of entities get a typed answer', { timeout: 60_000 }, async () => {
    const query =
      'query ($all: [_Any!]!) { _entities(representations: $all) { __typename ... on User { id email } ... on Session { id } } }';
    const representation = fc.oneof(
      fc.record(
        { __typename: fc.constantFrom('User', 'Session', 'PageInfo', 'Nothing'), id: anything },
        { requiredKeys: ['__typename'] },
      ),
      anything,
    );
    const property = fc.asyncProperty(representation, async (one) => {
      for (const headers of [{}, bearer(user.accessToken)]) {
        const { status, body } = await service.send(query, { all: [one] }, headers);
        expect([200, 400]).toContain(status);
        expect(body.errors?.[0]?.extensions.code).not.toBe('INTERNAL_SERVER_ERROR');
      }
    });
    await fc.assert(property, { numRuns: 150 });
  });
});

it('keeps passwords, tokens and hashes out of the log, whatever was sent', async () => {
  expect(await leaksOf(service, [GOOD_PASSWORD, user.accessToken, user.refreshToken])).toEqual([]);
});
