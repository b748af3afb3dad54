import { createAccessTokenVerifier, type VerifyAccessToken } from '@authgraph/sdk';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AttackerServer, startAttackerServer } from './harness/attacker-server.js';
import { bearer, ME, signUpUser, type TestUser } from './harness/graphql-client.js';
import {
  ACCEPTED_AUTHORIZATIONS,
  HOSTILE_AUTHORIZATIONS,
  HOSTILE_TOKENS,
} from './harness/hostile-tokens.js';
import { startService, type TestService } from './harness/service.js';
import { keyRingOf } from './harness/service-parts.js';
import { type Forge, genuineToken, tokenWithKeyHints } from './harness/token-forge.js';

const ISSUER = 'http://localhost:4000';

let service: TestService;
let attacker: AttackerServer;
let user: TestUser;
let forge: Forge;
let verify: VerifyAccessToken;

beforeAll(async () => {
  [service, attacker] = await Promise.all([startService(), startAttackerServer()]);
  user = await signUpUser(service.send);
  forge = {
    key: (await keyRingOf(service)).signingKey(),
    claims: decodeJwt(user.accessToken),
    attackerUrl: attacker.url,
  };
  verify = createAccessTokenVerifier({
    issuer: ISSUER,
    audience: ISSUER,
    keys: await keyRingOf(service),
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await attacker[Symbol.asyncDispose]();
});

describe('what the service accepts', () => {
  it('is its own token, and one that the forge makes without changing anything', async () => {
    for (const token of [user.accessToken, await genuineToken(forge)]) {
      expect((await service.send(ME, {}, bearer(token))).body.data.me).toEqual({
        id: user.id,
        email: user.email,
      });
      expect(await verify(token)).toMatchObject({ userId: user.id, sessionId: user.sessionId });
    }
  });

  it('has the header and the claims of RFC 9068, with scope as one string', async () => {
    const [header] = user.accessToken.split('.');
    expect(JSON.parse(Buffer.from(header ?? '', 'base64url').toString())).toEqual({
      alg: 'ES256',
      kid: forge.key.kid,
      typ: 'at+jwt',
    });
    const { iat, exp, auth_time, jti, ...claims } = decodeJwt(user.accessToken);
    expect(claims).toEqual({
      iss: ISSUER,
      aud: ISSUER,
      sub: user.id,
      sid: user.sessionId,
      client_id: 'authgraph',
      amr: ['pwd'],
      email_verified: false,
      roles: [],
      scope: '',
    });
    expect(exp).toBe((iat ?? 0) + 600);
    expect(auth_time).toBe(iat);
    expect(jti).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each(ACCEPTED_AUTHORIZATIONS)('is an Authorization header with $name', async ({ write }) => {
    const { body } = await service.send(ME, {}, { authorization: write(user.accessToken) });
    expect(body.data.me.id).toBe(user.id);
  });

  it('is decided without the jku, x5u, jwk and x5c of the header (requirement 18)', async () => {
    const token = await tokenWithKeyHints(forge);
    expect((await service.send(ME, {}, bearer(token))).body.data.me.id).toBe(user.id);
    expect((await verify(token)).userId).toBe(user.id);
    expect(attacker.requests()).toBe(0);
  });
});

describe('over HTTP, the service answers 401', () => {
  it.each(HOSTILE_TOKENS.filter(({ fitsHeader }) => fitsHeader))(
    'to $name (requirement $requirement)',
    async ({ make, code }) => {
      const answer = await service.send(ME, {}, bearer(await make(forge)));
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe(
        'Bearer realm="authgraph", error="invalid_token"',
      );
      expect(answer.body.errors[0].extensions).toEqual({ code: 'UNAUTHENTICATED', reason: code });
      expect(answer.body.data).toEqual({ me: null, session: null });
      expect(attacker.requests()).toBe(0);
    },
  );

  it.each(HOSTILE_AUTHORIZATIONS)(
    'to an Authorization header with $name (requirement 18)',
    async ({ write }) => {
      const answer = await service.send(ME, {}, { authorization: write(user.accessToken) });
      expect(answer.status).toBe(401);
      expect(answer.body.errors[0].extensions).toEqual({
        code: 'UNAUTHENTICATED',
        reason: 'TOKEN_INVALID',
      });
      expect(answer.body.data).toEqual({ me: null, session: null });
    },
  );

  it('and not 500, and logs no token while it does (requirements 16 to 18)', () => {
    expect(service.logged()).not.toMatch(/"level":"(error|fatal)"/);
    expect(service.logged()).not.toContain(user.accessToken.split('.')[2]);
  });

  it('and still lets a client with a bad token use what needs no session', async () => {
    const { status, body } = await service.send('{ __typename }', {}, bearer('garbage'));
    expect({ status, body }).toEqual({ status: 200, body: { data: { __typename: 'Query' } } });
  });
});

describe('called directly, the verifier of the sdk refuses', () => {
  it.each(HOSTILE_TOKENS)('$name (requirement $requirement)', async ({ make, code }) => {
    const token = await make(forge);
    await expect(verify(token)).rejects.toMatchObject({ name: 'TokenError', code });
    expect(attacker.requests()).toBe(0);
  });

  it('every one of them again when genuine tokens have warmed its cache, and never quotes a token', async () => {
    await verify(user.accessToken);
    for (const { make } of HOSTILE_TOKENS) {
      const token = await make(forge);
      const error: unknown = await verify(token).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Error);
      if (token.length > 20) expect(String(error)).not.toContain(token);
    }
  });
});
