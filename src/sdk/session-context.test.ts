import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { RequestHeaders } from './request-token.js';
import { type Session, sessionFromClaims } from './session.js';
import { type SessionContext, type SessionContextOptions, sessionContext } from './session-context.js';
import { TokenError } from './token-error.js';

const SESSION: Session = sessionFromClaims({
  iss: 'https://auth.example.com',
  aud: 'https://auth.example.com',
  sub: 'user',
  client_id: 'authgraph',
  sid: 'session',
  jti: 'token',
  iat: 0,
  exp: 600,
  auth_time: 0,
  amr: [],
  email_verified: false,
  roles: [],
  scope: '',
});

/** What a resolver finds on the context of a request with these headers. */
async function contextOf(headers: RequestHeaders | undefined, options: Partial<SessionContextOptions> = {}): Promise<SessionContext> {
  const plugin = sessionContext({ issuer: 'https://auth.example.com', verify: async () => SESSION, ...options });
  const contextValue = {};
  const http = headers === undefined ? undefined : { headers };
  const { didResolveOperation } = await plugin.requestDidStart({ contextValue, request: { http } });
  await didResolveOperation();
  return contextValue as SessionContext; // the plugin has just made it one
}

function failureOf(context: SessionContext): unknown {
  try {
    return context.session;
  } catch (error) {
    return error;
  }
}

const bearer = new Map([['authorization', 'Bearer abc']]);

describe('the session on the context', () => {
  it('is the one that the token stands for', async () => {
    const context = await contextOf(bearer);
    expect(context.session).toBe(SESSION);
    expect(context.requireSession()).toBe(SESSION);
  });

  it('is read from the __Host- cookie too', async () => {
    expect((await contextOf({ cookie: '__Host-authgraph-at=abc' })).session).toBe(SESSION);
    expect((await contextOf({ cookie: 'authgraph-at=abc' })).session).toBeNull();
  });

  it.each([undefined, {}])('is null for an anonymous request, and required of it, UNAUTHENTICATED (headers %j)', async (headers) => {
    const context = await contextOf(headers);
    expect(context.session).toBeNull();
    expect(() => context.requireSession()).toThrow(expect.objectContaining({ extensions: { code: 'UNAUTHENTICATED' } }));
  });

  it('is verified once a request, however often it is read', async () => {
    let times = 0;
    const verify = async () => {
      times += 1;
      return SESSION;
    };
    const context = await contextOf(bearer, { verify });
    for (let i = 0; i < 5; i++) context.requireSession();
    expect(context.session).toBe(SESSION);
    expect(times).toBe(1);
  });

  it.each(['TOKEN_INVALID', 'TOKEN_EXPIRED'] as const)('fails those who read it, and nobody else, when the token is %s', async (code) => {
    const verify = () => Promise.reject(new TokenError(code, 'No.'));
    const context = await contextOf(bearer, { verify });
    const error = failureOf(context);
    expect(error).toBeInstanceOf(GraphQLError);
    expect(error).toMatchObject({ extensions: { code: 'UNAUTHENTICATED', reason: code, http: { status: 401 } } });
    expect(() => context.requireSession()).toThrow('No.');
  });

  it('is refused at once when the session was ended, though its token has not expired', async () => {
    const context = await contextOf(bearer, { isEnded: (sessionId) => sessionId === 'session' });
    expect(failureOf(context)).toMatchObject({ extensions: { code: 'UNAUTHENTICATED', reason: 'TOKEN_REVOKED' } });
  });

  it('is SERVICE_UNAVAILABLE, never a guess, when nobody can tell whether it was ended or valid', async () => {
    const unknown = await contextOf(bearer, { isEnded: () => Promise.reject(new Error('connect ECONNREFUSED')) });
    const unverified = await contextOf(bearer, { verify: () => Promise.reject(new TokenError('VERIFICATION_UNAVAILABLE', 'No keys.')) });
    for (const context of [unknown, unverified]) {
      const error = failureOf(context);
      expect(error).toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE', http: { status: 503 } } });
      expect(String(error)).not.toContain('ECONNREFUSED');
    }
  });

  it('can be put there by a resolver that signs somebody in, also after a bad token', async () => {
    const context = await contextOf(bearer, { verify: () => Promise.reject(new TokenError('TOKEN_EXPIRED', 'Expired.')) });
    context.session = SESSION;
    expect(context.session).toBe(SESSION);
    expect(context.requireSession()).toBe(SESSION);
  });

  it('does not hide a mistake in the verifier', async () => {
    await expect(contextOf(bearer, { verify: () => Promise.reject(new TypeError('a bug')) })).rejects.toThrow('a bug');
  });
});
