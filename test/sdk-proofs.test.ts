import { createAccess, type RequestHead } from '@authgraph/sdk';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeProofKey, type ProofKey } from './harness/proof-key.js';
import { startIssuing, type TokenIssuer } from './harness/token-issuer.js';

const URL = 'https://api.example.com/orders';
const GATEWAY = 'https://gateway.example.com/graphql';

let issuer: TokenIssuer;
let key: ProofKey;
let bound: string;
let unbound: string;

beforeAll(async () => {
  issuer = await startIssuing();
  key = await makeProofKey();
  bound = await issuer.token([], false, { cnf: { jkt: key.thumbprint } });
  unbound = await issuer.token();
});

type Options = Pick<Parameters<typeof createAccess>[0], 'dpop' | 'proofUrls'>;

/** Why a request is refused, by a service with these options. */
async function refusal(options: Options, head: RequestHead): Promise<string | undefined> {
  const { issuer: iss, audience, jwks } = issuer;
  const access = createAccess({ issuer: iss, audience, jwks, onDenied: () => {}, ...options });
  const { denial } = await access.decide({ method: 'POST', url: '/orders?page=2', ...head });
  return denial?.body.error.reason;
}

const sent = (token: string, proof?: string): RequestHead => ({
  headers: { authorization: `DPoP ${token}`, ...(proof === undefined ? {} : { dpop: proof }) },
});

describe('a service that accepts proofs, as the sdk does by itself', () => {
  it('takes a bound token alone, so that a gateway may hold the proof back', async () => {
    expect(await refusal({}, sent(bound))).toBeUndefined();
    expect(await refusal({}, { headers: { authorization: `Bearer ${bound}` } })).toBeUndefined();
  });

  it('refuses a proof of another key, for another token, or for no token', async () => {
    const thief = await makeProofKey();
    const proof = await key.proof(URL, { token: bound });
    expect(await refusal({}, sent(bound, proof))).toBeUndefined();
    expect(await refusal({}, sent(bound, await thief.proof(URL, { token: bound })))).toBe(
      'PROOF_KEY_MISMATCH',
    );
    expect(await refusal({}, sent(bound, await key.proof(URL, { token: unbound })))).toBe(
      'PROOF_TOKEN_MISMATCH',
    );
    expect(await refusal({}, sent(bound, await key.proof(URL)))).toBe('PROOF_TOKEN_MISMATCH');
    expect(await refusal({}, sent(bound, 'rubbish'))).toBe('PROOF_MALFORMED');
  });

  it('compares method and URL once it knows by what URLs it is called', async () => {
    const elsewhere = await key.proof('https://evil.example/', { token: bound });
    expect(await refusal({}, sent(bound, elsewhere))).toBeUndefined();
    const known = { proofUrls: ['https://api.example.com', GATEWAY] };
    expect(await refusal(known, sent(bound, elsewhere))).toBe('PROOF_URL_MISMATCH');
    for (const url of [URL, GATEWAY]) {
      expect(
        await refusal(known, sent(bound, await key.proof(url, { token: bound }))),
      ).toBeUndefined();
    }
    const otherPath = await key.proof('https://api.example.com/users', { token: bound });
    expect(await refusal(known, sent(bound, otherPath))).toBe('PROOF_URL_MISMATCH');
    const get = await key.proof(URL, { token: bound, claims: { htm: 'GET' } });
    expect(await refusal(known, sent(bound, get))).toBe('PROOF_METHOD_MISMATCH');
    expect(await refusal(known, { ...sent(bound, get), method: 'GET' })).toBeUndefined();
  });

  it('knows the path that Express was called by, and whole URLs', async () => {
    const known = { proofUrls: ['https://api.example.com'] };
    for (const target of [
      { originalUrl: '/orders', url: '/' },
      { url: 'https://internal:3000/orders' },
    ]) {
      const proof = await key.proof(URL, { token: bound });
      expect(await refusal(known, { ...sent(bound, proof), ...target })).toBeUndefined();
    }
  });
});

describe('a service that requires proofs', () => {
  const strict: Options = { dpop: 'require', proofUrls: ['https://api.example.com'] };

  it('gives a stolen token alone nothing, under any scheme', async () => {
    expect(await refusal(strict, sent(bound))).toBe('PROOF_MISSING');
    expect(await refusal(strict, { headers: { authorization: `Bearer ${bound}` } })).toBe(
      'PROOF_MISSING',
    );
    const cookie = `__Host-authgraph-at=${bound}`;
    expect(await refusal(strict, { headers: { cookie } })).toBe('PROOF_MISSING');
    expect(
      await refusal(strict, sent(bound, await key.proof(URL, { token: bound }))),
    ).toBeUndefined();
  });

  it('takes tokens of bearer sessions as ever', async () => {
    expect(
      await refusal(strict, { headers: { authorization: `Bearer ${unbound}` } }),
    ).toBeUndefined();
  });

  it('says so as RFC 9449 has it', async () => {
    const { issuer: iss, audience, jwks } = issuer;
    const access = createAccess({ issuer: iss, audience, jwks, onDenied: () => {}, ...strict });
    const { denial } = await access.decide({ ...sent(bound, 'rubbish'), url: '/orders' });
    expect(denial).toMatchObject({
      status: 401,
      headers: {
        'www-authenticate':
          'DPoP realm="authgraph", error="invalid_dpop_proof", algs="ES256 EdDSA RS256"',
      },
      body: { error: { code: 'UNAUTHENTICATED', reason: 'PROOF_MALFORMED', action: 'prove' } },
    });
  });

  it('has to know by what URLs it is called', () => {
    const { issuer: iss, audience, jwks } = issuer;
    const options = { issuer: iss, audience, jwks };
    expect(() => createAccess({ ...options, dpop: 'require' })).toThrow('"proofUrls" is required');
    expect(() => createAccess({ ...options, proofUrls: ['api'] })).toThrow('"proofUrls"');
  });
});

describe('a token that is bound in a way that nobody here knows', () => {
  it.each([{ cnf: {} }, { cnf: { 'x5t#S256': 'x' } }, { cnf: 'x' }, { cnf: { jkt: 7 } }])(
    'is no bearer token: %o',
    async (claims) => {
      const token = await issuer.token([], false, claims);
      expect(await refusal({}, { headers: { authorization: `Bearer ${token}` } })).toBe(
        'TOKEN_INVALID',
      );
    },
  );
});
