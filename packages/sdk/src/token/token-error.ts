/**
 * What is wrong with a proof of possession (RFC 9449), or with its absence.
 * `PROOF_EXPIRED`: its time is not now; send a fresh one. `PROOF_NONCE_REQUIRED`: send one with the
 * nonce of the answer. `PROOF_REPLAYED`: it was used before; each request needs its own.
 * `PROOF_MISSING` and `PROOF_KEY_MISMATCH`: the token is bound to a key that the caller did not
 * prove to hold.
 */
export type ProofErrorCode =
  | 'PROOF_MISSING'
  | 'PROOF_MALFORMED'
  | 'PROOF_METHOD_MISMATCH'
  | 'PROOF_URL_MISMATCH'
  | 'PROOF_EXPIRED'
  | 'PROOF_TOKEN_MISMATCH'
  | 'PROOF_KEY_MISMATCH'
  | 'PROOF_NONCE_REQUIRED'
  | 'PROOF_REPLAYED';

/**
 * Why a request's token was not accepted.
 * `TOKEN_EXPIRED`: refresh and try again. `TOKEN_REVOKED` and `TOKEN_INVALID`: sign in again.
 * `ORIGIN_NOT_ALLOWED`: it came as a cookie, from a page that may not use cookies here.
 * `VERIFICATION_UNAVAILABLE`: nothing is known about the token, since the signing keys or the
 * session's state cannot be read.
 */
export type TokenErrorCode =
  | 'TOKEN_EXPIRED'
  | 'TOKEN_REVOKED'
  | 'TOKEN_INVALID'
  | 'ORIGIN_NOT_ALLOWED'
  | 'VERIFICATION_UNAVAILABLE'
  | ProofErrorCode;

/** What a client needs to make a better proof. */
export interface ProofHint {
  readonly nonce?: string;
  /** Seconds since the epoch, for a client whose clock is off. */
  readonly serverTime?: number;
}

/** What a token, or its request, says and what was expected; for a log, not for the client. */
export interface Mismatch {
  /** The claim, the member of the token's header, or the header of the request. */
  readonly claim: string;
  readonly expected: string;
  readonly actual: string;
}

export interface TokenErrorOptions extends ErrorOptions {
  readonly mismatch?: Mismatch | undefined;
  readonly hint?: ProofHint | undefined;
}

/** A token that was presented and is not accepted. The message never quotes the token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;
  /** Absent where no single value is to blame. */
  readonly mismatch: Mismatch | undefined;
  /** Absent where it would not help. */
  readonly hint: ProofHint | undefined;

  constructor(code: TokenErrorCode, message: string, options: TokenErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.mismatch = options.mismatch;
    this.hint = options.hint;
  }
}

/** The one answer to whatever is no access token of ours. */
export function invalidToken(mismatch?: Mismatch, cause?: unknown): TokenError {
  return new TokenError('TOKEN_INVALID', 'The access token is not valid.', { mismatch, cause });
}
