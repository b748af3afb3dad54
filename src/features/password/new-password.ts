import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import { type Email, localPart } from '../users/index.js';
import type { BreachCheck } from './breach-check.js';
import { commonPasswords } from './common-passwords.js';
import { normalizePassword, weaknessesOf } from './password.policy.js';
import type { PasswordWeakness } from './password-errors.js';
import type { HashedFor, PasswordHasher } from './password-hasher.js';
import { PASSWORD_SETTINGS } from './password-settings.js';

/** Resolves to the hash of a password that somebody chose. Rejects with WEAK_PASSWORD. */
export type HashNewPassword = (
  realm: Realm,
  password: string,
  owner: Email,
  caller: HashedFor,
) => Promise<string>;

export function newPasswordHasher(
  hasher: PasswordHasher,
  isBreached: BreachCheck,
): HashNewPassword {
  return async (realm, password, owner, caller) => {
    const normalized = normalizePassword(password);
    if (normalized === undefined && !password.isWellFormed()) {
      throw new AuthError('BAD_USER_INPUT', 'The password is not well-formed Unicode.');
    }
    const { passwordMinLength: minimumLength } = PASSWORD_SETTINGS.of(realm);
    const common = await commonPasswords();
    const context = {
      minimumLength,
      emailName: localPart(owner.normalized),
      isCommon: (lowerCase: string) => common.has(lowerCase),
    };
    if (normalized === undefined) throw weak(['TOO_LONG'], minimumLength);
    const reasons = weaknessesOf(normalized, context);
    if (reasons.length > 0) throw weak(reasons, minimumLength);
    if (await isBreached(normalized)) throw weak(['BREACHED'], minimumLength);
    return hasher.hash(normalized, caller);
  };
}

/** All reasons at once. */
function weak(reasons: readonly PasswordWeakness[], minimumLength: number): AuthError {
  return new AuthError('WEAK_PASSWORD', 'Choose another password.', { reasons, minimumLength });
}
