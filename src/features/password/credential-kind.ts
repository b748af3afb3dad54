/** A way to prove who one is. */
export interface CredentialKind {
  /** What the access token's `amr` says of it (RFC 8176). */
  readonly amr: readonly string[];
}
