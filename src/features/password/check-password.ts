import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { normalizePassword } from './password.policy.js';
import { findPassword, type PasswordCandidate, replaceHash } from './password.store.js';
import type { PasswordHasher } from './password-hasher.js';

export interface CheckPasswordDeps {
  readonly sql: SqlExecutor;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
}

/** Finds who a password proves the caller to be. */
export class CheckPassword {
  readonly #deps: CheckPasswordDeps;

  constructor(deps: CheckPasswordDeps) {
    this.#deps = deps;
  }

  /**
   * Resolves to the owner when the password is theirs. One query and one hash whether or not the
   * address is known, so that neither answer nor time tells (ASVS 6.3.8). A hash of older
   * parameters is replaced on the way.
   */
  async run(
    realm: Realm,
    address: string,
    password: string,
  ): Promise<PasswordCandidate | undefined> {
    const normalized = normalizePassword(password);
    if (normalized === undefined) return undefined;
    const { sql, hasher } = this.#deps;
    const candidate = await findPassword(sql, realm, address);
    const matches = await hasher.verify(normalized, candidate?.hash);
    if (!matches || candidate === undefined) return undefined;
    if (hasher.isOutdated(candidate.hash)) await this.#upgrade(realm, candidate, normalized);
    return candidate;
  }

  async #upgrade(realm: Realm, candidate: PasswordCandidate, password: string): Promise<void> {
    const { sql, clock, hasher } = this.#deps;
    await replaceHash(sql, realm, candidate, await hasher.hash(password), clock.now());
  }
}
