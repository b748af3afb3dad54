import { PasswordCredentials, type PasswordOptions } from './password/password-credentials.js';

/** A way to prove who one is. */
export interface CredentialKind {
  /** What the access token's `amr` says of it (RFC 8176). */
  readonly amr: readonly string[];
}

/** Every kind of credential that this service takes. A new kind is a folder and a line here. */
export interface Credentials extends Record<string, CredentialKind> {
  readonly password: PasswordCredentials;
}

export function createCredentials(options: { readonly password: PasswordOptions }): Credentials {
  return { password: new PasswordCredentials(options.password) };
}
