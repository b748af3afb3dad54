import { inspect } from 'node:util';
import { type CryptoKey, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { authgraph as node } from '../adapters/node.js';
import { authgraph as web } from '../adapters/web.js';
import type { DeniedRequest } from '../request/denied-request.js';
import { ACCESS_TOKEN_TYPE } from '../token/claims.js';
import type { Session } from '../token/session.js';
import { type AuthgraphOptions, createAccess, type SessionNeed } from './decide-access.js';

const ISSUER = 'https://auth.example.com';
const KID = 'k'.repeat(43);
const NOW = new Date('2026-01-01T12:00:00Z');

describe('whether a request may go on', () => {
  let keys: { publicKey: CryptoKey; privateKey: CryptoKey };
  beforeAll(async () => {
    keys = await generateKeyPair('ES256');
  });

  const access = (options: Partial<AuthgraphOptions> = {}) =>
    createAccess({
      issuer: ISSUER,
      audience: ISSUER,
      jwks: { get: async () => keys.publicKey, has: () => true },
      now: () => NOW,
      onDenied: () => {},
      ...options,
    });

  async function bearer(scope = ''): Promise<{ authorization: string }> {
    const now = NOW.getTime() / 1000;
    const claims = {
      iss: ISSUER,
      aud: ISSUER,
      sub: 'ada',
      sid: 's1',
      jti: 'j1',
      client_id: 'authgraph',
      scope,
    };
    const token = await new SignJWT({
      ...claims,
      iat: now,
      exp: now + 600,
      auth_time: now,
      amr: [],
      roles: [],
      email_verified: true,
    })
      .setProtectedHeader({ alg: 'ES256', kid: KID, typ: ACCESS_TOKEN_TYPE })
      .sign(keys.privateKey);
    return { authorization: `Bearer ${token}` };
  }

  it('tells the client to sign in again when its session was ended', async () => {
    const { denial } = await access({ isEnded: (sessionId) => sessionId === 's1' }).decide({
      headers: await bearer(),
    });
    expect(denial).toMatchObject({
      status: 401,
      body: { error: { reason: 'TOKEN_REVOKED', action: 'sign-in' } },
    });
  });

  it('tells the client to try again when nobody knows whether its session was ended', async () => {
    const { denial } = await access({ isEnded: () => Promise.reject(new Error('down')) }).decide({
      headers: await bearer(),
    });
    expect(denial).toMatchObject({
      status: 503,
      headers: { 'retry-after': '1' },
      body: { error: { action: 'retry' } },
    });
  });

  it('is never stored by a cache when it may not', async () => {
    const { denial } = await access().decide({ headers: {} });
    expect(denial?.headers).toMatchObject({
      'cache-control': 'no-store',
      'content-type': 'application/json; charset=utf-8',
    });
  });

  it('needs every scope', async () => {
    const need = { scopes: ['orders:read', 'orders:write'] };
    expect(
      (await access().decide({ headers: await bearer('orders:read') }, need)).denial,
    ).toMatchObject({
      headers: {
        'www-authenticate':
          'Bearer realm="authgraph", error="insufficient_scope", scope="orders:read orders:write"',
      },
      body: { error: { requiredScopes: need.scopes } },
    });
    expect(
      (await access().decide({ headers: await bearer('orders:write orders:read') }, need)).session
        ?.userId,
    ).toBe('ada');
  });

  it('keeps anonymous requests out wherever scopes are needed, even of someone who gets around the types', async () => {
    // @ts-expect-error: scopes mean that a session is required
    const need: SessionNeed = { required: false, scopes: ['orders:read'] };
    expect((await access().decide({ headers: {} }, need)).denial).toMatchObject({ status: 401 });
  });

  it('passes on an error that says nothing about the token', async () => {
    const defect = new Error('a defect');
    const headers = {
      get: () => {
        throw defect;
      },
    };
    await expect(access().decide({ headers })).rejects.toBe(defect);
  });

  it('accepts a cookie on this host without any setting, behind any port', async () => {
    const cookie = `__Host-authgraph-at=${(await bearer()).authorization.slice(7)}`;
    const ask = (origin: string, host: string) =>
      access().decide({ headers: { cookie, origin, host } });
    expect((await ask('https://shop.example.com', 'shop.example.com')).session?.userId).toBe('ada');
    expect(
      (await ask('https://shop.example.com:8443', 'shop.example.com:8443')).session?.userId,
    ).toBe('ada');
    expect((await ask('https://blog.example.com', 'shop.example.com')).denial?.status).toBe(403);
    expect((await ask('not a URL', 'not a URL')).denial?.status).toBe(403);
  });

  it('does not ask where a request with an Authorization header comes from, since no browser adds one by itself', async () => {
    const headers = {
      ...(await bearer()),
      origin: 'https://anywhere.example.com',
      host: 'shop.example.com',
    };
    expect((await access().decide({ headers })).session?.userId).toBe('ada');
  });

  it.each(['Authorization', 'Content-Type', 'Host'])(
    'refuses a request whose %s header came twice (requirement 53)',
    async (name) => {
      const rawHeaders = [name, 'one', 'Accept', '*/*', name.toLowerCase(), 'two'];
      const { denial } = await access().decide({ headers: await bearer(), rawHeaders });
      expect(denial).toMatchObject({
        status: 400,
        body: { error: { code: 'BAD_REQUEST', reason: 'HEADER_REPEATED' } },
      });
    },
  );

  it('tells the server of each refusal, and never the token', async () => {
    const denied: DeniedRequest[] = [];
    const onDenied = (request: DeniedRequest) => denied.push(request);
    const ours = await bearer();
    await access({ onDenied }).decide({ headers: {} });
    await access({ onDenied }).decide({ headers: ours }, { scopes: ['orders:read'] });
    await access({ onDenied, audience: 'https://api.example.com' }).decide({ headers: ours });
    await access({ onDenied }).decide({ headers: { authorization: 'Bearer garbage' } });
    await access({ onDenied }).decide({ headers: ours });
    expect(denied.map(({ reason }) => reason)).toEqual([
      'TOKEN_MISSING',
      'SCOPE_MISSING',
      'TOKEN_INVALID',
      'TOKEN_INVALID',
    ]);
    expect(denied[2]?.mismatch).toEqual({
      claim: 'aud',
      expected: 'https://api.example.com',
      actual: ISSUER,
    });
    expect(inspect(denied, { depth: 9 })).not.toContain(ours.authorization.slice(7, 60));
  });

  it('gives CORS headers to allowed origins alone', () => {
    const { corsHeaders } = access({ origins: ['https://app.example.com'] });
    expect(corsHeaders('https://app.example.com')).toMatchObject({
      'access-control-allow-origin': 'https://app.example.com',
      'access-control-allow-credentials': 'true',
      vary: 'origin',
    });
    for (const origin of ['https://evil.example.com', 'null', '', null, undefined])
      expect(corsHeaders(origin)).toEqual({ vary: 'origin' });
    expect(access().corsHeaders('https://app.example.com')).toEqual({});
  });

  it('types the session of a decision as null only where anonymous requests may pass', async () => {
    const head = { headers: {} };
    const must = await access().decide(head, { scopes: ['orders:read'] });
    if (must.denial === undefined) expectTypeOf(must.session).toEqualTypeOf<Session>();
    const may = await access().decide(head, { required: false });
    if (may.denial === undefined) expectTypeOf(may.session).toEqualTypeOf<Session | null>();
    expect([must.denial?.status, may.session]).toEqual([401, null]);
  });

  it('types the session as null only where anonymous requests may pass', () => {
    const options = { issuer: ISSUER, audience: ISSUER };
    web(options).verifySession()((_request, session) => {
      expectTypeOf(session).toEqualTypeOf<Session>();
      return new Response();
    });
    web(options).verifySession({ required: false })((_request, session) => {
      expectTypeOf(session).toEqualTypeOf<Session | null>();
      return new Response();
    });
    node(options).verifySession({ scopes: ['a'] })((request) =>
      expectTypeOf(request.session).toEqualTypeOf<Session>(),
    );
    node(options).verifySession({ required: false })((request) =>
      expectTypeOf(request.session).toEqualTypeOf<Session | null>(),
    );
  });
});
