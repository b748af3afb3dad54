import type { TokenError } from '../token/token-error.js';
import { PROOF_ALGORITHMS } from '../token/verify-proof.js';

/**
 * The headers of a 401: RFC 6750 section 3 for a token that is not valid, RFC 9449 sections 7.1 and
 * 9 for a proof.
 */
export function challengeOf({ code, hint }: TokenError): Record<string, string> {
  if (!code.startsWith('PROOF_')) return { 'www-authenticate': `${BEARER}, error="invalid_token"` };
  const error = code === 'PROOF_NONCE_REQUIRED' ? 'use_dpop_nonce' : 'invalid_dpop_proof';
  const algorithms = PROOF_ALGORITHMS.join(' ');
  const challenge = `DPoP realm="authgraph", error="${error}", algs="${algorithms}"`;
  const nonce = hint?.nonce === undefined ? {} : { 'dpop-nonce': hint.nonce };
  return { 'www-authenticate': challenge, ...nonce };
}

/** RFC 6750 section 3 asks for at least one parameter after the scheme. */
export const BEARER = 'Bearer realm="authgraph"';
