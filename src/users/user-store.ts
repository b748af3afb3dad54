import type { EntityManager } from '@mikro-orm/sql';
import { AuthError } from '../kernel/auth-error.js';
import { violatesUnique } from '../storage/database-failure.js';
import { User } from '../storage/user.entity.js';
import type { Email } from './email.js';

export interface NewUser {
  readonly id: string;
  readonly realmId: string;
  readonly email: Email;
  readonly roles: readonly string[];
  readonly createdAt: Date;
}

/** Adds a user to the unit of work. */
export function addUser(em: EntityManager, user: NewUser): User {
  return em.create(User, {
    id: user.id,
    realm: user.realmId,
    email: user.email.typed,
    emailNormalized: user.email.normalized,
    roles: [...user.roles],
    createdAt: user.createdAt,
  });
}

/** Turns the database's refusal of a second user with one address into EMAIL_TAKEN; other failures pass through. */
export function asEmailTaken(error: unknown): unknown {
  return violatesUnique(error, 'users_realm_id_email_normalized_unique')
    ? new AuthError('EMAIL_TAKEN', 'This email address has an account already. Sign in instead.')
    : error;
}

export async function findUsers(em: EntityManager, realmId: string, ids: readonly string[]): Promise<User[]> {
  return em.find(User, { realm: realmId, id: { $in: [...ids] } });
}
