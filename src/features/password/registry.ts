import type { CredentialKind } from './credential-kind.js';
import { PasswordCredentials, type PasswordOptions } from './password-credentials.js';

/** Every kind of credential that this service takes. A new kind is a folder and a line here. */
export interface Credentials extends Record<string, CredentialKind> {
  readonly password: PasswordCredentials;
}

export function createCredentials(options: { readonly password: PasswordOptions }): Credentials {
  return { password: new PasswordCredentials(options.password) };
}
