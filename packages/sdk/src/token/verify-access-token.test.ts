import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  createAccessTokenVerifier,
  type KeySource,
  type VerifyAccessToken,
} from './verify-access-token.js';

const ISSUER = 'https://auth.example.com';
const AUDIENCE = 'https://api.example.com';
const START = Date.UTC(2026, 0, 1);

/** Keys that can be taken away, and that count how often they were asked for. */
class Keys implements KeySource {
  readonly published = new Map<string, CryptoKey>();
  lookups = 0;
  failing = false;

  async get(kid: string): Promise<CryptoKey | undefined> {
    this.lookups += 1;
    if (this.failing) throw new Error('connect ECONNREFUSED 10.0.0.7:5432');
    return this.published.get(kid);
  }

  has(kid: string): boolean {
    return this.published.has(kid);
  }
}

let pair: { publicKey: CryptoKey; privateKey: CryptoKey };
let kid: string;
let keys: Keys;
let now: number;
let verify: VerifyAccessToken;

beforeAll(async () => {
  pair = await generateKeyPair('ES256');
  kid = await calculateJwkThumbprint(await exportJWK(pair.publicKey));
});
beforeEach(() => {
  keys = new Keys();
  keys.published.set(kid, pair.publicKey);
  now = START;
  verify = createAccessTokenVerifier({
    issuer: ISSUER,
    audience: AUDIENCE,
    keys,
    now: () => new Date(now),
  });
});

function token(claims: object = {}): Promise<string> {
  const iat = START / 1000;
  const genuine = {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'user',
    client_id: 'authgraph',
    sid: 'session',
    jti: 'token',
  };
  const rest = {
    iat,
    exp: iat + 600,
    auth_time: iat,
    amr: ['pwd'],
    email_verified: true,
    roles: ['admin'],
    scope: 'a:read  b:write',
  };
  return new SignJWT({ ...genuine, ...rest, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
    .sign(pair.privateKey);
}

const later = (seconds: number) => {
  now = START + seconds * 1000;
};

describe('verifying an access token', () => {
  it('answers with the session that it stands for, which nobody can change', async () => {
    const session = await verify(await token());
    expect(session).toMatchObject({
      userId: 'user',
      sessionId: 'session',
      scopes: ['a:read', 'b:write'],
      roles: ['admin'],
    });
    expect(session.expiresAt).toEqual(new Date(START + 600_000));
    expect(Object.isFrozen(session)).toBe(true);
  });

  it('looks at a token once, and remembers it', async () => {
    const text = await token();
    const session = await verify(text);
    expect(await verify(text)).toBe(session);
    expect(keys.lookups).toBe(1);
  });

  it('forgets a token whose key is no longer published (requirement 16)', async () => {
    const text = await token();
    await verify(text);
    keys.published.delete(kid);
    await expect(verify(text)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('allows five seconds of skew and no more, on exp, iat and nbf (requirement 17)', async () => {
    const text = await token();
    later(604);
    await expect(verify(text)).resolves.toBeDefined();
    later(605);
    await expect(verify(text)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
    later(0);
    const seconds = START / 1000;
    for (const claim of ['iat', 'nbf']) {
      await expect(verify(await token({ [claim]: seconds + 5 }))).resolves.toBeDefined();
      await expect(verify(await token({ [claim]: seconds + 6 }))).rejects.toMatchObject({
        code: 'TOKEN_INVALID',
      });
    }
  });

  it('refuses a token that it remembers once it has expired', async () => {
    const text = await token();
    await verify(text);
    later(606);
    await expect(verify(text)).rejects.toMatchObject({ code: 'TOKEN_EXPIRED' });
  });

  it('says that it cannot tell, rather than no, when the keys cannot be read; and shows no cause to the client', async () => {
    keys.failing = true;
    const error: unknown = await verify(await token()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'VERIFICATION_UNAVAILABLE',
      message: 'The signing keys cannot be read at present.',
    });
    keys.failing = false;
    await expect(verify(await token())).resolves.toBeDefined();
  });

  it('asks for no key for text that cannot be a token', async () => {
    for (const text of ['', 'a.b.c', 'x'.repeat(100_000), `${await token()}=`]) {
      await expect(verify(text)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
    expect(keys.lookups).toBe(0);
  });

  it('asks for no key whose id is none of ours: a path, SQL, 10 KB (requirement 18)', async () => {
    for (const hostile of ['../../etc/passwd', "' or 1=1 --", 'k'.repeat(10_000), `${kid}A`, '']) {
      const header = { alg: 'ES256', kid: hostile, typ: 'at+jwt' };
      const text = await new SignJWT({}).setProtectedHeader(header).sign(pair.privateKey);
      await expect(verify(text)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
    expect(keys.lookups).toBe(0);
  });

  it('asks for no key for a token of another type, or one that claims extensions (requirement 17)', async () => {
    for (const members of [
      { typ: 'JWT' },
      { typ: 'application/at+jwt' },
      {},
      { typ: 'at+jwt', crit: ['b64'], b64: true },
    ]) {
      const header = { alg: 'ES256', kid, ...members };
      const text = await new SignJWT({ sub: 'user' })
        .setProtectedHeader(header)
        .sign(pair.privateKey);
      await expect(verify(text)).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
    }
    expect(keys.lookups).toBe(0);
  });

  it('accepts only the algorithms that it was told (requirement 16)', async () => {
    const strict = createAccessTokenVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys,
      algorithms: ['EdDSA'],
      now: () => new Date(now),
    });
    await expect(strict(await token())).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('refuses a token that lives longer than the setting allows (requirements 39 and 44)', async () => {
    const iat = START / 1000;
    await expect(verify(await token({ exp: iat + 86_400 }))).resolves.toBeDefined();
    await expect(verify(await token({ exp: iat + 86_401 }))).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
      mismatch: { claim: 'exp', expected: 'at most 86400 s after iat', actual: '86401 s after' },
    });
    const strict = createAccessTokenVerifier({
      issuer: ISSUER,
      audience: AUDIENCE,
      keys,
      maxTokenLifetime: 599,
      now: () => new Date(now),
    });
    await expect(strict(await token())).rejects.toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it.each([
    ['iss', { iss: 'https://other.example.com' }, ISSUER, 'https://other.example.com'],
    ['aud', { aud: ISSUER }, AUDIENCE, ISSUER],
    ['roles', { roles: 'admin' }, 'a list of texts', 'a string'],
    ['sub', { sub: 7 }, 'some text', 'a number'],
    [
      'iat',
      { iat: START / 1000 + 3_600 },
      'at most 2026-01-01T00:00:05.000Z',
      '2026-01-01T01:00:00.000Z',
    ],
  ])(
    'says of a wrong %s what was expected and what came',
    async (claim, change, expected, actual) => {
      await expect(verify(await token(change))).rejects.toMatchObject({
        mismatch: { claim, expected, actual },
      });
    },
  );

  it.each([
    ['iss', 'https://auth.example.com/'],
    ['iss', [ISSUER]],
    ['aud', 'https://other.example.com'],
    ['aud', [AUDIENCE]],
    ['sub', ''],
    ['sid', ''],
    ['jti', ''],
    ['exp', '9999999999'],
    ['iat', '0'],
    ['client_id', 7],
    ['scope', ['a:read']],
    ['roles', 'admin'],
    ['roles', [7]],
    ['amr', 'pwd'],
    ['auth_time', '0'],
    ['email_verified', 'true'],
  ])('refuses a token whose %s is %j (requirement 17)', async (claim, value) => {
    await expect(verify(await token({ [claim]: value }))).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
    await expect(verify(await token({ [claim]: undefined }))).rejects.toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });
});
