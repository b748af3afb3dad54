import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { ISSUER, runProgram } from '../processes.mjs';
import { ratioOf } from '../rounds.mjs';

const COLD_TOKENS = 2_000;
const PROCESSES = 3;

/**
 * The sdk's verification, of a token it has seen and of one that it has not, against bare
 * `jose.jwtVerify`.
 */
export const tokenVerification = {
  name: 'token-verification',
  about: 'sdk verification, warm and cold, against bare jose.jwtVerify',
  /** @param {import('../run.mjs').Bench} bench */
  async measure({ rounds, seconds, progress }) {
    const { tokens, jwk } = await signTokens(COLD_TOKENS);
    const results = {
      warm: /** @type {number[]} */ ([]),
      cold: /** @type {number[]} */ ([]),
      jose: /** @type {number[]} */ ([]),
    };
    for (let pass = 1; pass <= PROCESSES; pass += 1) {
      const task = {
        tokens,
        jwk,
        issuer: ISSUER,
        audience: ISSUER,
        seconds: (rounds * seconds) / PROCESSES,
      };
      const { warm, cold, jose } = await runProgram('token-verifications', task);
      results.warm.push(...warm);
      results.cold.push(...cold);
      results.jose.push(...jose);
      progress(
        `process ${pass}/${PROCESSES}: ` +
          `cold ${ratioOf(cold, jose).toPrecision(3)} of jose in ${jose.length} turns`,
      );
    }
    const { warm, cold, jose } = results;
    const shared = { unit: 'tokens/s', theirs: jose, comparedWith: 'jose.jwtVerify' };
    return [
      {
        what: 'sdk verification, warm',
        ...shared,
        ours: warm,
        ratio: ratioOf(warm, jose),
        aim: { atLeast: 50 },
      },
      {
        what: 'sdk verification, cold',
        ...shared,
        ours: cold,
        ratio: ratioOf(cold, jose),
        aim: { atLeast: 0.9 },
      },
    ];
  },
};

/** Access tokens as the service signs them. @param {number} count */
async function signTokens(count) {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const kid = await calculateJwkThumbprint(jwk);
  const issuedAt = Math.floor(Date.now() / 1000);
  const claims = {
    client_id: 'authgraph',
    auth_time: issuedAt,
    amr: ['pwd'],
    email_verified: false,
    roles: [],
    scope: '',
  };
  const sign = () =>
    new SignJWT({
      ...claims,
      iss: ISSUER,
      aud: ISSUER,
      sub: randomUUID(),
      sid: randomUUID(),
      jti: randomUUID(),
      iat: issuedAt,
    })
      .setExpirationTime(issuedAt + 86_400)
      .setProtectedHeader({ alg: 'ES256', kid, typ: 'at+jwt' })
      .sign(privateKey);
  const tokens = /** @type {string[]} */ ([]);
  for (let made = 0; made < count; made += 1) tokens.push(await sign());
  return { tokens, jwk };
}
