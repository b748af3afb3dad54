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
  | 'VERIFICATION_UNAVAILABLE';

/** What a token, or its request, says and what was expected; for a log, not for the client. */
export interface Mismatch {
  /** The claim, the member of the token's header, or the header of the request. */
  readonly claim: string;
  readonly expected: string;
  readonly actual: string;
}

export interface TokenErrorOptions extends ErrorOptions {
  readonly mismatch?: Mismatch | undefined;
}

/** A token that was presented and is not accepted. The message never quotes the token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;
  /** Absent where no single value is to blame. */
  readonly mismatch: Mismatch | undefined;

  constructor(code: TokenErrorCode, message: string, options: TokenErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.mismatch = options.mismatch;
  }
}

/** The one answer to whatever is no access token of ours. */
export function invalidToken(mismatch?: Mismatch, cause?: unknown): TokenError {
  return new TokenError('TOKEN_INVALID', 'The access token is not valid.', { mismatch, cause });
}
