import type { EntityManager } from '@mikro-orm/sql';
import { AuthError } from '../../kernel/auth-error.js';
import type { Database } from '../../platform/database/database.js';
import { commonPasswords } from './common-passwords.js';
import type { CredentialKind } from './credential-kind.js';
import { normalizePassword, weaknessesOf } from './password.policy.js';
import { PasswordCredential } from './password-credential.entity.js';
import type { PasswordHasher } from './password-hasher.js';

export interface PasswordOptions {
  readonly minimumLength: number;
  readonly realmId: string;
  readonly hasher: PasswordHasher;
}

/** Who a correct password proves the caller to be. */
export interface PasswordOwner {
  readonly userId: string;
  readonly emailVerified: boolean;
  readonly roles: string[];
}

interface Candidate extends PasswordOwner {
  readonly hash: string;
}

const FIND = `select u.id as "userId", u.email_verified_at is not null as "emailVerified", u.roles, c.hash
  from users u join password_credentials c on c.user_id = u.id and c.realm_id = u.realm_id
  where u.realm_id = $1 and u.email_normalized = $2 and u.disabled_at is null`;

/** Passwords as a kind of credential. */
export class PasswordCredentials implements CredentialKind {
  readonly amr = ['pwd'];
  readonly #options: PasswordOptions;

  constructor(options: PasswordOptions) {
    this.#options = options;
  }

  /** Checks a new password against the policy and hashes it. Rejects with WEAK_PASSWORD, all reasons at once. */
  async prepare(password: string, emailName: string): Promise<string> {
    const { minimumLength, hasher } = this.#options;
    const normalized = normalizePassword(password);
    if (normalized === undefined && !password.isWellFormed()) {
      throw new AuthError('BAD_USER_INPUT', 'The password is not well-formed Unicode.');
    }
    const common = await commonPasswords();
    const isCommon = (lowerCase: string) => common.has(lowerCase);
    const reasons =
      normalized === undefined
        ? (['TOO_LONG'] as const)
        : weaknessesOf(normalized, { minimumLength, emailName, isCommon });
    if (normalized === undefined || reasons.length > 0) {
      throw new AuthError('WEAK_PASSWORD', 'Choose another password.', { reasons, minimumLength });
    }
    return hasher.hash(normalized);
  }

  /** Adds a user's password to the unit of work. */
  add(em: EntityManager, userId: string, hash: string, now: Date): void {
    em.create(PasswordCredential, {
      userId,
      user: [userId, this.#options.realmId],
      realm: this.#options.realmId,
      hash,
      updatedAt: now,
    });
  }

  /**
   * Resolves to the owner when the password is theirs. One query and one hash whether or not the address is known,
   * so that neither answer nor time tells (ASVS 6.3.8). A hash of older parameters is replaced on the way.
   */
  async authenticate(
    database: Database,
    emailNormalized: string,
    password: string,
    now: Date,
  ): Promise<PasswordOwner | undefined> {
    const normalized = normalizePassword(password);
    if (normalized === undefined) return undefined;
    const { hasher, realmId } = this.#options;
    const [candidate] = await database.query<Candidate>(FIND, [realmId, emailNormalized]);
    const matches = await hasher.verify(normalized, candidate?.hash);
    if (!matches || candidate === undefined) return undefined;
    if (hasher.isOutdated(candidate.hash))
      await this.#upgrade(database, candidate, normalized, now);
    return candidate;
  }

  async #upgrade(
    database: Database,
    { userId, hash }: Candidate,
    password: string,
    now: Date,
  ): Promise<void> {
    const stronger = await this.#options.hasher.hash(password);
    // The old hash is part of the condition: a password that was changed meanwhile must not come back.
    await database
      .em()
      .nativeUpdate(
        PasswordCredential,
        { userId, realm: this.#options.realmId, hash },
        { hash: stronger, updatedAt: now },
      );
  }
}
