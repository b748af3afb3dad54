// Verifies access tokens one after another: with the sdk or with bare jose, the same token again or a new one each time.
import { importJWK, jwtVerify } from 'jose';
import { createAccessTokenVerifier } from '../../dist/src/sdk/index.js';
import { once } from './once.mjs';

/**
 * @typedef {{ verifier: 'sdk' | 'jose', tokens: string[], jwk: import('jose').JWK, issuer: string, audience: string, seconds: number }} Task
 */

once(async (/** @type {Task} */ { verifier, tokens, jwk, issuer, audience, seconds }) => {
  const key = await importJWK(jwk, 'ES256');
  const makeVerify = {
    sdk: () => sdkVerify(key),
    jose: () => (/** @type {string} */ token) => jwtVerify(token, key, { issuer, audience }),
  }[verifier];
  await verifyFor(seconds / 4); // warm-up
  return verifyFor(seconds);

  /** A verifier that knows no token yet each time all were seen: of several tokens none is ever verified twice by one. */
  async function verifyFor(/** @type {number} */ period) {
    let verify = makeVerify();
    let done = 0;
    let index = 0;
    const started = performance.now();
    // Looking at the clock costs more than a warm verification: look once in a while.
    for (let elapsed = 0; elapsed < period * 1000; elapsed = performance.now() - started) {
      for (let turn = 0; turn < 100; turn += 1) {
        await verify(tokens[index] ?? '');
        index += 1;
        if (index < tokens.length) continue;
        index = 0;
        if (tokens.length > 1) verify = makeVerify();
      }
      done += 100;
    }
    return { done, seconds: (performance.now() - started) / 1000 };
  }

  function sdkVerify(/** @type {import('jose').CryptoKey | Uint8Array} */ publicKey) {
    const keys = { get: async () => publicKey, has: () => true };
    return createAccessTokenVerifier({ issuer, audience, keys });
  }
});
