import type { Claims } from '../../platform/hooks/hook-functions.js';

/** A cookie holds the whole token, in at most 4,096 bytes. */
const MOST_BYTES = 1_024;

/** What tokens say themselves, and what verifiers would take for it (RFC 7519, 8693, 9068). */
const RESERVED: ReadonlySet<string> = new Set([
  'iss',
  'sub',
  'aud',
  'exp',
  'nbf',
  'iat',
  'jti',
  'client_id',
  'azp',
  'sid',
  'auth_time',
  'acr',
  'amr',
  'cnf',
  'act',
  'may_act',
  'scope',
  'scp',
  'roles',
  'groups',
  'entitlements',
  'email_verified',
  'public_metadata',
  '__proto__',
]);

/** Why these cannot be claims of an access token; undefined when they can. Pure. */
export function claimsProblem(claims: Claims): string | undefined {
  const reserved = Object.keys(claims).find((name) => RESERVED.has(name));
  if (reserved !== undefined) return `"${reserved}" is a claim of the token's own`;
  const text = JSON.stringify(claims);
  return Buffer.byteLength(text) > MOST_BYTES ? `more than ${MOST_BYTES} bytes` : undefined;
}
