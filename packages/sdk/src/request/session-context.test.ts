import { GraphQLError } from 'graphql';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import { type Session, sessionFromClaims } from '../token/session.js';
import type { KeySource } from '../token/verify-access-token.js';
import type { DeniedRequest } from './denied-request.js';
import type { RequestHeaders } from './request-token.js';
import { type SessionContext, sessionContext } from './session-context.js';
import type { RequestVerifierOptions } from './verifier-options.js';

const ISSUER = 'https://auth.example.com';
const NOW = 1_800_000_000;

const pair = await generateKeyPair('ES256');
const kid = await calculateJwkThumbprint(await exportJWK(pair.publicKey));

const CLAIMS = {
  iss: ISSUER,
  aud: ISSUER,
  sub: 'user',
  client_id: 'authgraph',
  sid: 'session',
  jti: 'token',
  iat: NOW - 10,
  exp: NOW + 600,
  auth_time: NOW - 10,
  amr: [],
  email_verified: false,
  roles: [],
  scope: '',
};
const SESSION: Session = sessionFromClaims(CLAIMS);

function tokenOf(claims: object): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
    .sign(pair.privateKey);
}

const valid = await tokenOf(CLAIMS);
const expired = await tokenOf({ ...CLAIMS, exp: NOW - 60 });
const bearer = (token: string) => new Map([['authorization', `Bearer ${token}`]]);

const KEYS: KeySource = { has: () => true, get: async () => pair.publicKey };

/** What a resolver finds on the context of a request with these headers. */
async function contextOf(
  headers: RequestHeaders | undefined,
  options: Partial<RequestVerifierOptions> = {},
): Promise<SessionContext> {
  const plugin = sessionContext({
    issuer: ISSUER,
    audience: ISSUER,
    jwks: KEYS,
    now: () => new Date(NOW * 1000),
    onDenied: () => {},
    ...options,
  });
  const contextValue = {};
  const http = headers === undefined ? undefined : { headers };
  const { didResolveOperation } = await plugin.requestDidStart();
  await didResolveOperation({ contextValue, request: { http } });
  return contextValue as SessionContext; // the plugin has just made it one
}

function failureOf(context: SessionContext): unknown {
  try {
    return context.session;
  } catch (error) {
    return error;
  }
}

describe('the session on the context', () => {
  it('is the one that the token stands for', async () => {
    const context = await contextOf(bearer(valid));
    expect(context.session).toEqual(SESSION);
    expect(context.requireSession()).toEqual(SESSION);
  });

  it('is read from the __Host- cookie too', async () => {
    expect((await contextOf({ cookie: `__Host-authgraph-at=${valid}` })).session).toEqual(SESSION);
    expect((await contextOf({ cookie: `authgraph-at=${valid}` })).session).toBeNull();
  });

  it.each([undefined, {}])(
    'is null for an anonymous request, and required of it, UNAUTHENTICATED (headers %j)',
    async (headers) => {
      const context = await contextOf(headers);
      expect(context.session).toBeNull();
      expect(() => context.requireSession()).toThrow(
        expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED' } }),
      );
    },
  );

  it('is verified once a request, however often it is read', async () => {
    let times = 0;
    const isEnded = () => {
      times += 1;
      return false;
    };
    const context = await contextOf(bearer(valid), { isEnded });
    for (let i = 0; i < 5; i++) context.requireSession();
    expect(context.session).toEqual(SESSION);
    expect(times).toBe(1);
  });

  it.each([
    ['TOKEN_INVALID', 'no.such.token'],
    ['TOKEN_EXPIRED', expired],
  ])('fails those who read it, and nobody else, when the token is %s', async (reason, token) => {
    const context = await contextOf(bearer(token));
    const error = failureOf(context);
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error).toMatchObject({
      extensions: { code: 'UNAUTHENTICATED', reason, http: { status: 401 } },
    });
    expect(() => context.requireSession()).toThrow(GraphQLError);
  });

  it('is told of when it was refused, with what was expected and what came', async () => {
    const denied: DeniedRequest[] = [];
    const wrongAudience = await tokenOf({ ...CLAIMS, aud: 'https://other.example.com' });
    const onDenied = (request: DeniedRequest) => denied.push(request);
    await contextOf(bearer(wrongAudience), { onDenied });
    expect(denied).toMatchObject([
      { reason: 'TOKEN_INVALID', mismatch: { claim: 'aud', expected: ISSUER } },
    ]);
  });

  it('is refused at once when the session was ended, though its token has not expired', async () => {
    const context = await contextOf(bearer(valid), {
      isEnded: (sessionId) => sessionId === 'session',
    });
    expect(failureOf(context)).toMatchObject({
      extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' },
    });
  });

  it('is SERVICE_UNAVAILABLE, never a guess, when nobody can tell whether it was ended or valid', async () => {
    const refused = () => Promise.reject(new Error('connect ECONNREFUSED'));
    const unknown = await contextOf(bearer(valid), { isEnded: refused });
    const unverified = await contextOf(bearer(valid), { jwks: { has: () => true, get: refused } });
    for (const context of [unknown, unverified]) {
      const error = failureOf(context);
      expect(error).toMatchObject({
        extensions: { code: 'SERVICE_UNAVAILABLE', http: { status: 503 } },
      });
      expect(String(error)).not.toContain('ECONNREFUSED');
    }
  });

  it('can be put there by a resolver that signs somebody in, also after a bad token', async () => {
    const context = await contextOf(bearer(expired));
    context.session = SESSION;
    expect(context.session).toBe(SESSION);
    expect(context.requireSession()).toBe(SESSION);
  });

  it('does not hide a mistake in the program', async () => {
    const now = () => {
      throw new TypeError('a bug');
    };
    await expect(contextOf(bearer(valid), { now })).rejects.toThrow('a bug');
  });
});
