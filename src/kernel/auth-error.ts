/** What each error carries beside its message. `undefined` where the code says it all. */
export interface AuthErrorDetails {
  INVALID_EMAIL: undefined;
  EMAIL_TAKEN: undefined;
  WEAK_PASSWORD: { reasons: readonly PasswordWeakness[]; minimumLength: number };
  INVALID_CREDENTIALS: undefined;
  RATE_LIMITED: { retryAfterSeconds: number };
  REFRESH_REJECTED: { reason: RefreshRejection };
  UNAUTHENTICATED: undefined;
  FORBIDDEN: undefined;
  BAD_USER_INPUT: undefined;
  SERVICE_UNAVAILABLE: undefined;
}

export type AuthErrorCode = keyof AuthErrorDetails;

export type PasswordWeakness = 'TOO_SHORT' | 'TOO_LONG' | 'COMMON' | 'CONTAINS_EMAIL';

export type RefreshRejection = 'MISSING' | 'MALFORMED' | 'EXPIRED' | 'REVOKED' | 'REUSED';

/**
 * Every failure that authgraph expects. `message` is written for the caller and is safe to show;
 * what only an operator may read belongs in `cause`.
 */
export class AuthError<Code extends AuthErrorCode = AuthErrorCode> extends Error {
  override readonly name = 'AuthError';
  readonly code: Code;
  readonly details: AuthErrorDetails[Code];

  constructor(
    code: Code,
    message: string,
    ...rest: AuthErrorDetails[Code] extends undefined
      ? [details?: undefined, options?: ErrorOptions]
      : [details: AuthErrorDetails[Code], options?: ErrorOptions]
  ) {
    super(message, rest[1]);
    this.code = code;
    this.details = rest[0] as AuthErrorDetails[Code]; // the rest tuple makes it present wherever the code has details
  }
}
