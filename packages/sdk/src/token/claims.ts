/**
 * The claims of an authgraph access token (RFC 9068 profile). Times are seconds since the epoch.
 */
export interface AccessTokenClaims {
  /** The service's public URL. */
  readonly iss: string;
  readonly aud: string;
  /** The user's id. */
  readonly sub: string;
  readonly client_id: string;
  /** The session's id. */
  readonly sid: string;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
  /** When the user last proved who they are. */
  readonly auth_time: number;
  /** How, as RFC 8176 method names. */
  readonly amr: readonly string[];
  readonly email_verified: boolean;
  readonly roles: readonly string[];
  /** One space-separated string (RFC 8693): routers read no scopes from an array. */
  readonly scope: string;
  /** The key that the token is bound to, as its RFC 7638 thumbprint (RFC 9449 section 6.1). */
  readonly cnf?: { readonly jkt: string };
  /** Of the user's public metadata what the service's settings list; absent without any. */
  readonly public_metadata?: Readonly<Record<string, unknown>>;
}

/** `typ` of the JWT header (RFC 9068 section 2.1). */
export const ACCESS_TOKEN_TYPE = 'at+jwt';
