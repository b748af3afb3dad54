import type { Services } from '../../app/services.js';
import { AuthError } from '../../kernel/auth-error.js';
import { isRoleName } from '../roles/role-scopes.policy.js';
import { localPart, parseEmail } from '../users/email.js';
import { addUser, asEmailTaken } from '../users/user-store.js';

export interface CreateUserInput {
  readonly email: string;
  readonly password: string;
  readonly roles: readonly string[];
}

/** Makes a user on an operator's behalf, without signing them in; resolves to the user's id. Fails as sign-up does. */
export async function createUser(services: Services, input: CreateUserInput): Promise<string> {
  const { realmId, database, clock, newId, credentials } = services;
  const email = parseEmail(input.email);
  if (email === undefined) throw new AuthError('INVALID_EMAIL', 'This is not an email address.');
  const badRole = input.roles.find((role) => !isRoleName(role));
  if (badRole !== undefined)
    throw new AuthError(
      'BAD_USER_INPUT',
      `"${badRole}" is not a role name: lower-case letters, digits, "-", "_" and ":".`,
    );
  const hash = await credentials.password.prepare(input.password, localPart(email.normalized));
  const id = newId();
  try {
    await database.em().transactional(async (em) => {
      addUser(em, { id, realmId, email, roles: input.roles, createdAt: clock.now() });
      credentials.password.add(em, id, hash, clock.now());
    });
    return id;
  } catch (error) {
    throw asEmailTaken(error);
  }
}
