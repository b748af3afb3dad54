import type { PasswordHasher } from '../../../features/password/index.js';

/** No honest password is longer; normalising what is takes time for nothing. */
const MOST_NORMALISED = 4_096;

/** The backends ask for all of their users: one line, which takes its turn. */
const BACKEND = { ipAddress: null };

/**
 * Passwords as this interface takes them: any text but an empty one, the policy is the SDK's. In
 * the form that the graph compares, so that one password signs in on both sides.
 */
export class CorePasswords {
  readonly #hasher: PasswordHasher;

  constructor(hasher: PasswordHasher) {
    this.#hasher = hasher;
  }

  hash(password: string): Promise<string> {
    return this.#hasher.hash(normalForm(password), BACKEND);
  }

  /** Also a hash of the text as it is, which another core has made. */
  async verify(password: string, hash: string | undefined): Promise<boolean> {
    const normal = normalForm(password);
    if (await this.#hasher.verify(normal, hash, BACKEND)) return true;
    return normal !== password && this.#hasher.verify(password, hash, BACKEND);
  }

  /** A hash that should take the place of this one, if it is weaker than those of today. */
  async stronger(password: string, hash: string): Promise<string | undefined> {
    return this.#hasher.isOutdated(hash) ? this.hash(password) : undefined;
  }
}

function normalForm(password: string): string {
  return password.length > MOST_NORMALISED ? password : password.normalize('NFKC');
}
