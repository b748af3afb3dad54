import type { Services } from '../../app/services.js';
import { AuthError } from '../../kernel/auth-error.js';
import type { Device, IssuedSession } from '../sessions/session-issuer.js';
import { localPart, parseEmail } from '../users/email.js';
import { addUser, asEmailTaken } from '../users/user-store.js';

export interface SignUpInput {
  readonly email: string;
  readonly password: string;
}

/** Makes a user with a password and signs them in. Rejects with INVALID_EMAIL, WEAK_PASSWORD, EMAIL_TAKEN or RATE_LIMITED. */
export async function signUp(
  services: Services,
  input: SignUpInput,
  device: Device,
): Promise<IssuedSession> {
  const { realmId, database, clock, newId, credentials, sessions } = services;
  const email = parseEmail(input.email);
  if (email === undefined) throw new AuthError('INVALID_EMAIL', 'This is not an email address.');
  const hash = await credentials.password.prepare(input.password, localPart(email.normalized));
  const userId = newId();
  const owner = {
    userId,
    emailVerified: false,
    roles: [],
    scopes: [],
    amr: credentials.password.amr,
  };
  try {
    return await database.em().transactional(async (em) => {
      const now = clock.now();
      addUser(em, { id: userId, realmId, email, roles: [], createdAt: now });
      credentials.password.add(em, userId, hash, now);
      await em.flush(); // the session refers to the user
      return sessions.open(database, owner, device, em);
    });
  } catch (error) {
    throw asEmailTaken(error);
  }
}
