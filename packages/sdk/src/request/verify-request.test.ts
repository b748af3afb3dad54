import { generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import type { DeniedRequest } from './denied-request.js';
import type { RequestVerifierOptions } from './verifier-options.js';
import { createRequestVerifier } from './verify-request.js';

const ISSUER = 'https://auth.example.com';
const { publicKey } = await generateKeyPair('ES256');

const optionsWith = (changes: Partial<RequestVerifierOptions>): RequestVerifierOptions => ({
  issuer: ISSUER,
  audience: ISSUER,
  jwks: { get: async () => publicKey, has: () => true },
  onDenied: () => {},
  ...changes,
});

describe('the options of a server', () => {
  it.each([
    ['issuer', undefined, 'is required'],
    ['issuer', '', 'is required'],
    ['issuer', 'auth.example.com', 'must be an http or https URL'],
    ['issuer', `${ISSUER}/`, 'must not end with a slash'],
    ['audience', undefined, 'is required'],
    ['audience', [ISSUER], 'is required, one text'],
    ['jwks', 'auth.example.com/jwks', 'must be an http or https URL'],
    ['algorithms', ['HS256'], 'can hold ES256, RS256, EdDSA'],
    ['origins', ['app.example.com'], 'holds origins'],
    ['origins', ['*'], 'holds origins'],
    ['maxTokenLifetime', Number.NaN, 'is a number of seconds'],
    ['dpop', 'required', 'is "accept" or "require"'],
    ['dpop', 'require', 'is required with dpop', 'proofUrls'],
    ['proofUrls', ['api.example.com'], 'holds URLs'],
  ])('are refused when %s is %j, by name', (name, value, problem, named = name) => {
    const make = () => createRequestVerifier(optionsWith({ [name]: value }));
    expect(make).toThrow(TypeError);
    expect(make).toThrow(`the option "${named}" ${problem}`);
  });
});

describe('a token in a cookie (requirement 54)', () => {
  const cookie = '__Host-authgraph-at=a.b.c';
  const ask = async (headers: Record<string, string>, origins: readonly string[] = []) => {
    const verify = createRequestVerifier(optionsWith({ origins }));
    return verify(headers).catch((error: { code: string }) => error.code);
  };

  it('does not count from a page of another origin, whatever it is worth', async () => {
    for (const origin of ['https://evil.example.com', 'null', 'not a URL'])
      expect(await ask({ cookie, origin, host: 'api.example.com' })).toBe('ORIGIN_NOT_ALLOWED');
  });

  it('counts from pages of this server, from allowed origins, and where no page asks', async () => {
    const host = 'api.example.com';
    const origin = 'https://app.example.com';
    expect(await ask({ cookie, host })).toBe('TOKEN_INVALID');
    expect(await ask({ cookie, host, origin: 'https://api.example.com' })).toBe('TOKEN_INVALID');
    expect(await ask({ cookie, host, origin }, [origin])).toBe('TOKEN_INVALID');
  });

  it('leaves requests without one alone', async () => {
    expect(await ask({ origin: 'https://evil.example.com', cookie: 'theme=dark' })).toBeNull();
  });

  it('says which origin was refused, and which option admits it', async () => {
    const denied: DeniedRequest[] = [];
    const verify = createRequestVerifier(
      optionsWith({ onDenied: (request) => denied.push(request) }),
    );
    await verify({ cookie, origin: 'https://app.example.com' }).catch(() => {});
    expect(denied).toMatchObject([
      {
        reason: 'ORIGIN_NOT_ALLOWED',
        mismatch: {
          claim: 'Origin',
          actual: 'https://app.example.com',
          expected: expect.stringContaining('"origins"'),
        },
      },
    ]);
  });
});

describe('the keys of the issuer', () => {
  it('come with the difference between its clock and this one', async () => {
    const denied: DeniedRequest[] = [];
    const verify = createRequestVerifier({
      issuer: ISSUER,
      audience: ISSUER,
      now: () => new Date('2026-01-01T01:00:00Z'),
      fetch: async () =>
        new Response('{"keys":[]}', {
          headers: { date: 'Thu, 01 Jan 2026 00:00:00 GMT', age: '60' },
        }),
      onDenied: (request) => denied.push(request),
    });
    const header = { alg: 'ES256', typ: 'at+jwt', kid: 'k'.repeat(43) };
    const token = `${btoa(JSON.stringify(header)).replaceAll('=', '')}.e30.AAAA`;
    await verify({ authorization: `Bearer ${token}` }).catch(() => {});
    expect(denied).toMatchObject([
      { reason: 'VERIFICATION_UNAVAILABLE', clockOffsetMs: -3_540_000 },
    ]);
  });
});
