/** A way to prove who one is: what each kind of identity says of itself. */
export interface IdentityMethod {
  /** What `identities.method` holds. */
  readonly name: string;
  /** What the access token's `amr` says of it (RFC 8176). */
  readonly amr: readonly string[];
}
