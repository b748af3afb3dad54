import { type ProofErrorCode, TokenError } from '@authgraph/sdk';
import { AuthError } from '../../kernel/auth-error.js';
import type { Answers } from '../../platform/errors/answers.js';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    INVALID_DPOP_PROOF: { reason: ProofErrorCode; serverTime?: number };
    USE_DPOP_NONCE: { reason: 'PROOF_NONCE_REQUIRED'; nonce: string };
  }
}

/** RFC 9449 sections 5 and 8 have 400 for both. */
export const PROOF_PROBLEMS = {
  INVALID_DPOP_PROOF: { status: 400 },
  USE_DPOP_NONCE: { status: 400 },
} as const satisfies Answers<'INVALID_DPOP_PROOF' | 'USE_DPOP_NONCE'>;

/** What a flow says of a proof that is not right; anything else as it is. */
export function asProofFailure(error: unknown): unknown {
  if (!(error instanceof TokenError)) return error;
  const { code, message, hint = {}, cause } = error;
  if (code === 'PROOF_NONCE_REQUIRED') {
    const { nonce = '' } = hint;
    return new AuthError('USE_DPOP_NONCE', message, { reason: code, nonce });
  }
  const reason = code as ProofErrorCode; // the checks of proofs reject with no other
  return new AuthError('INVALID_DPOP_PROOF', message, { reason, ...hint }, { cause });
}
