/**
 * Why a request's token was not accepted.
 * `TOKEN_EXPIRED`: refresh and try again. `TOKEN_REVOKED` and `TOKEN_INVALID`: sign in again.
 * `VERIFICATION_UNAVAILABLE`: nothing is known about the token, since the signing keys or the
 * session's state cannot be read.
 */
export type TokenErrorCode =
  | 'TOKEN_EXPIRED'
  | 'TOKEN_REVOKED'
  | 'TOKEN_INVALID'
  | 'VERIFICATION_UNAVAILABLE';

/** A token that was presented and is not accepted. The message never quotes the token. */
export class TokenError extends Error {
  override readonly name = 'TokenError';
  readonly code: TokenErrorCode;

  constructor(code: TokenErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
