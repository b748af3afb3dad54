import type { Services } from '../../app/services.js';
import { AuthError } from '../../kernel/auth-error.js';
import { scopesOf } from '../roles/role-scopes.policy.js';
import type { Device, IssuedSession } from '../sessions/session-issuer.js';
import { parseEmail } from '../users/email.js';

export interface SignInInput {
  readonly email: string;
  readonly password: string;
}

/**
 * Signs a user in with their password, always into a new session (ASVS 7.2.4).
 * Rejects with INVALID_CREDENTIALS, the same for an unknown address and a wrong password, or RATE_LIMITED.
 */
export async function signIn(
  services: Services,
  input: SignInInput,
  device: Device,
): Promise<IssuedSession> {
  const { database, clock, credentials, sessions } = services;
  // What is no address at all is looked up too, under a name that nobody can have: it must take as long as any other.
  const email = parseEmail(input.email)?.normalized ?? '';
  const owner = await credentials.password.authenticate(
    database,
    email,
    input.password,
    clock.now(),
  );
  if (owner === undefined)
    throw new AuthError('INVALID_CREDENTIALS', 'The email address or the password is wrong.');
  const scopes = scopesOf(owner.roles);
  return sessions.open(database, { ...owner, scopes, amr: credentials.password.amr }, device);
}
