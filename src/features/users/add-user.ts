import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { insertUser, isAddressTaken, lockAddress, type NewUser } from './identity.store.js';

/**
 * Makes a user known by an address, in the caller's transaction; resolves to the identity's id.
 * Rejects with EMAIL_TAKEN when another user has the address, however they are known.
 */
export async function addUser(sql: SqlExecutor, realm: Realm, user: NewUser): Promise<string> {
  const address = user.email.normalized;
  await lockAddress(sql, realm, address);
  if (await isAddressTaken(sql, realm, address)) {
    throw new AuthError(
      'EMAIL_TAKEN',
      'This email address has an account already. Sign in instead.',
    );
  }
  return insertUser(sql, realm, user);
}
