/** Which of the four kinds an error is: what `errType` holds. */
export const CLASSIC_ERRORS = {
  /** Nothing about the session: the service is not there, or refused the call. */
  GENERAL_ERROR: 1000,
  /** There is no such session, or not any more: sign in again. */
  UNAUTHORISED: 2000,
  /** The access token will not do: the client refreshes, and sends the request again. */
  TRY_REFRESH_TOKEN: 3000,
  /** A refresh token was used that had been replaced: `err` says whose session that is. */
  UNAUTHORISED_AND_TOKEN_THEFT_DETECTED: 4000,
} as const;

export type ClassicErrorType = (typeof CLASSIC_ERRORS)[keyof typeof CLASSIC_ERRORS];

/** Whose session a stolen token is of. */
export interface StolenSession {
  readonly sessionHandle: string;
  readonly userId: string;
}

/** What every call rejects with. */
export class ClassicError extends Error {
  override readonly name = 'ClassicError';
  readonly errType: ClassicErrorType;
  /** What is behind it; of a theft, whose session it is. */
  readonly err: unknown;

  constructor(errType: ClassicErrorType, message: string, err: unknown = undefined) {
    super(message, { cause: err });
    this.errType = errType;
    this.err = err ?? new Error(message);
  }
}

/** True for what calls of this module reject with; `errType` says which of them it is. */
export function isErrorFromAuth(error: unknown): error is ClassicError {
  return error instanceof ClassicError;
}

export function generalError(message: string, cause?: unknown): ClassicError {
  return new ClassicError(CLASSIC_ERRORS.GENERAL_ERROR, message, cause);
}

export function unauthorised(message: string): ClassicError {
  return new ClassicError(CLASSIC_ERRORS.UNAUTHORISED, message);
}

export function tryRefreshToken(message: string): ClassicError {
  return new ClassicError(CLASSIC_ERRORS.TRY_REFRESH_TOKEN, message);
}
