import { describe, expect, it } from 'vitest';
import { makeProofKey } from '../../../../test/harness/proof-key.js';
import { hashOfToken, verifyProof } from './verify-proof.js';

// RFC 9449, figures 2 and 13, without the folding of their lines.
const HEADER =
  'eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19';
const TOKEN_REQUEST = `${HEADER}.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg`;
const RESOURCE_REQUEST = `${HEADER}.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA`;
const ACCESS_TOKEN = 'Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU';
const THEN = new Date(1_562_262_618_000);

const URL_OF_KEY = 'https://api.example.com/orders';

async function outcome(proof: string, urls?: readonly string[], now = new Date()): Promise<string> {
  return verifyProof(proof, { now, urls, method: 'POST' }).then(
    () => 'right',
    ({ code }) => code,
  );
}

describe('verifyProof', () => {
  it("reads RFC 9449's own examples", async () => {
    const keyThumbprint = '0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I';
    const token = { now: THEN, method: 'POST', urls: ['https://server.example.com/token'] };
    expect(await verifyProof(TOKEN_REQUEST, token)).toMatchObject({
      keyThumbprint,
      id: '-BwC3ESc6acc2lTc',
      url: 'https://server.example.com/token',
      tokenHash: undefined,
    });
    const urls = ['https://resource.example.org/protectedresource'];
    const resource = { now: THEN, method: 'GET', urls };
    expect(await verifyProof(RESOURCE_REQUEST, resource)).toMatchObject({
      keyThumbprint,
      id: 'e1j3V_bKic8-LAEB',
      tokenHash: await hashOfToken(ACCESS_TOKEN),
    });
  });

  it('refuses them a minute later, and altered', async () => {
    expect(await outcome(TOKEN_REQUEST)).toBe('PROOF_EXPIRED');
    const altered = TOKEN_REQUEST.replace('.eyJqdGkiOiIt', '.eyJqdGkiOiIu');
    expect(await outcome(altered, undefined, THEN)).toBe('PROOF_MALFORMED');
    expect(await outcome(`${TOKEN_REQUEST} `, undefined, THEN)).toBe('PROOF_MALFORMED');
  });

  it('takes one of the last minute, and five seconds ahead', async () => {
    const key = await makeProofKey();
    const proof = (age: number) =>
      key.proof(URL_OF_KEY, { claims: { iat: Math.floor(Date.now() / 1000) - age } });
    const outcomes = [await proof(58), await proof(-4), await proof(63), await proof(-7)];
    expect(await Promise.all(outcomes.map((each) => outcome(each)))).toEqual([
      'right',
      'right',
      'PROOF_EXPIRED',
      'PROOF_EXPIRED',
    ]);
  });

  it('compares URLs in their normal form, without query and fragment', async () => {
    const key = await makeProofKey();
    const same = [
      'HTTPS://API.example.com:443/orders',
      `${URL_OF_KEY}?a=b#c`,
      `${URL_OF_KEY}/../orders`,
    ];
    const others = [
      'http://api.example.com/orders',
      `${URL_OF_KEY}/`,
      `${URL_OF_KEY}s`,
      'https://api.example.com:8443/orders',
    ];
    for (const url of same) expect(await outcome(await key.proof(url), [URL_OF_KEY])).toBe('right');
    for (const url of others)
      expect(await outcome(await key.proof(url), [URL_OF_KEY])).toBe('PROOF_URL_MISMATCH');
    expect(await outcome(await key.proof(URL_OF_KEY), ['https://api.example.com'])).toBe('right');
  });

  it('takes no key that costs much to check, no shared secret, and no foreign algorithm', async () => {
    const key = await makeProofKey();
    const n = 'A'.repeat(684);
    const header = { jwk: { kty: 'RSA', n, e: 'AQAB' } };
    expect(await outcome(await key.proof(URL_OF_KEY, { header }))).toBe('PROOF_MALFORMED');
    const shared = { jwk: { kty: 'oct', k: 'AAAA' } };
    expect(await outcome(await key.proof(URL_OF_KEY, { header: shared }))).toBe('PROOF_MALFORMED');
    const es384 = await makeProofKey(undefined, 'ES384');
    expect(await outcome(await es384.proof(URL_OF_KEY))).toBe('PROOF_MALFORMED');
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(await outcome(`${part({ typ: 'dpop+jwt', alg: 'none' })}.${part({})}.`)).toBe(
      'PROOF_MALFORMED',
    );
  });
});
