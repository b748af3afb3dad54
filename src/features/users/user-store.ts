import type { EntityManager } from '@mikro-orm/sql';
import { AuthError } from '../../kernel/auth-error.js';
import type { Database } from '../../platform/database/database.js';
import { violatesUnique } from '../../platform/database/database-failure.js';
import type { Email } from './email.js';
import { User } from './user.entity.js';

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

/** What is shown of a user. */
export type ListedUser = Pick<User, 'id' | 'email' | 'emailVerifiedAt' | 'roles' | 'createdAt'>;

const FIND =
  'select id, email, email_verified_at, roles, created_at from users where realm_id = $1 and id = any($2)';

interface Row {
  readonly id: string;
  readonly email: string;
  readonly email_verified_at: string | null;
  readonly roles: string[];
  readonly created_at: string;
}

export async function findUsers(
  database: Database,
  realmId: string,
  ids: readonly string[],
): Promise<ListedUser[]> {
  const rows = await database.query<Row>(FIND, [realmId, ids]);
  return rows.map(({ id, email, email_verified_at, roles, created_at }) => ({
    id,
    email,
    emailVerifiedAt: email_verified_at === null ? null : new Date(email_verified_at),
    roles,
    createdAt: new Date(created_at),
  }));
}
