// Verifies access tokens one after another: with the sdk, the same token again or a new one each
// time, and with bare jose.

import { createAccessTokenVerifier } from '@authgraph/sdk';
import { importJWK, jwtVerify } from 'jose';
import { takeTurns } from '../rounds.mjs';
import { once } from './once.mjs';

/** Either verifier gets faster for about this long, until all that it runs is compiled. */
const WARM_UP_SECONDS = 6;
/**
 * Short turns in one process: two processes that run the same differ by up to a tenth, and so do
 * two seconds of many a machine.
 */
const TURN_SECONDS = 0.2;

/**
 * @typedef {{ tokens: string[], jwk: import('jose').JWK, issuer: string, audience: string, seconds:
 * number }} Task
 */

once(async (/** @type {Task} */ { tokens, jwk, issuer, audience, seconds }) => {
  const key = /** @type {import('node:crypto').webcrypto.CryptoKey} */ (
    await importJWK(jwk, 'ES256')
  ); // bytes are symmetric
  const keys = { get: async () => key, has: () => true };
  const sdk = () => createAccessTokenVerifier({ issuer, audience, keys });
  const jose = () => (/** @type {string} */ token) => jwtVerify(token, key, { issuer, audience });
  const cold = {
    cold: () => verificationsASecond(sdk, tokens),
    jose: () => verificationsASecond(jose, tokens),
  };
  await takeTurns(WARM_UP_SECONDS / 2 / TURN_SECONDS, cold, () => {});
  const turns = Math.ceil(seconds / TURN_SECONDS);
  const results = await takeTurns(turns, cold, () => {});
  // Apart from the others, which would be slower after the millions of calls of its turns.
  const { warm } = await takeTurns(
    turns,
    { warm: () => verificationsASecond(sdk, tokens.slice(0, 1)) },
    () => {},
  );
  return { warm, ...results };
});

/**
 * A verifier that knows no token yet each time all were seen: of several tokens none is ever
 * verified twice by one.
 * @param {() => (token: string) => Promise<unknown>} makeVerify @param {string[]} tokens
 */
async function verificationsASecond(makeVerify, tokens) {
  let verify = makeVerify();
  let done = 0;
  let index = 0;
  let elapsed = 0;
  const started = performance.now();
  // Looking at the clock costs more than a warm verification: look once in a while.
  while (elapsed < TURN_SECONDS * 1000) {
    for (let turn = 0; turn < 20; turn += 1) {
      await verify(tokens[index] ?? '');
      index += 1;
      if (index < tokens.length) continue;
      index = 0;
      if (tokens.length > 1) verify = makeVerify();
    }
    done += 20;
    elapsed = performance.now() - started;
  }
  return (done * 1000) / elapsed;
}
