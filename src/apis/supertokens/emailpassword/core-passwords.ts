import type { PasswordHasher } from '../../../features/password/index.js';
import type { Realm } from '../../../kernel/realm.js';
import { limit } from '../../../platform/limits/limit.js';
import type { Limits } from '../../../platform/limits/limits.js';
import { SUPERTOKENS_SETTINGS } from '../supertokens-settings.js';

/** No honest password is longer; normalising what is takes time for nothing. */
const MOST_NORMALISED = 4_096;

/** The backends ask for all of their users, so no address tells these apart. */
const SIGN_IN_PER_ACCOUNT = limit(
  'supertokens-sign-in-account',
  'account',
  (realm) => SUPERTOKENS_SETTINGS.of(realm).supertokensLimitSignInPerAccount,
);

/**
 * Passwords as this interface takes them: any text but an empty one, the policy is the SDK's. In
 * the form that the graph compares, so that one password signs in on both sides. `account` is whose
 * they are, or are said to be; at the hashing threads accounts take turns.
 */
export class CorePasswords {
  readonly #hasher: PasswordHasher;
  readonly #limits: Limits;

  constructor(hasher: PasswordHasher, limits: Limits) {
    this.#hasher = hasher;
    this.#limits = limits;
  }

  hash(account: string, password: string): Promise<string> {
    return this.#hasher.hash(normalForm(password), turnOf(account));
  }

  /**
   * Also a hash of the text as it is, which another core has made. Counts wrong passwords; rejects
   * with RATE_LIMITED, before the password is looked at, when there were too many.
   */
  async verify(
    realm: Realm,
    account: string,
    password: string,
    hash: string | undefined,
  ): Promise<boolean> {
    const attempt = SIGN_IN_PER_ACCOUNT.of(account);
    await this.#limits.spend(realm, attempt);
    const matches = await this.#matches(account, password, hash).catch(async (error: unknown) => {
      await this.#limits.refund(realm, attempt);
      throw error;
    });
    if (matches) await this.forgive(realm, account);
    return matches;
  }

  /** For an account that was recovered: what strangers guessed meanwhile counts no more. */
  async forgive(realm: Realm, account: string): Promise<void> {
    await this.#limits.forgive(realm, SIGN_IN_PER_ACCOUNT.of(account));
  }

  /** A hash that should take the place of this one, if it is weaker than those of today. */
  async stronger(account: string, password: string, hash: string): Promise<string | undefined> {
    return this.#hasher.isOutdated(hash) ? this.hash(account, password) : undefined;
  }

  async #matches(account: string, password: string, hash: string | undefined): Promise<boolean> {
    const normal = normalForm(password);
    if (await this.#hasher.verify(normal, hash, turnOf(account))) return true;
    return normal !== password && this.#hasher.verify(password, hash, turnOf(account));
  }
}

function turnOf(account: string) {
  return { ipAddress: null, account };
}

function normalForm(password: string): string {
  return password.length > MOST_NORMALISED ? password : password.normalize('NFKC');
}
