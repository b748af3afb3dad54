/**
 * What each error carries beside its message; `undefined` where the code says it all. A feature
 * adds the codes of its own failures to this interface, and says in its `problems` how they are
 * shown.
 */
export interface AuthErrorDetails {
  RATE_LIMITED: { retryAfterSeconds: number };
  UNAUTHENTICATED: undefined;
  FORBIDDEN: undefined;
  NOT_FOUND: undefined;
  BAD_USER_INPUT: undefined;
  SERVICE_UNAVAILABLE: undefined;
}

export type AuthErrorCode = keyof AuthErrorDetails;

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
    // The rest tuple makes it present wherever the code has details.
    this.details = rest[0] as AuthErrorDetails[Code];
  }
}
