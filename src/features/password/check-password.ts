import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { Challenges } from '../challenges/index.js';
import type { KnownDevices } from '../known-devices/index.js';
import { normalizePassword } from './password.policy.js';
import { findPassword, type PasswordCandidate, replaceHash } from './password.store.js';
import type { PasswordHasher } from './password-hasher.js';
import { passwordAttempt } from './password-limits.js';

export interface CheckPasswordDeps {
  readonly sql: SqlExecutor;
  readonly clock: Clock;
  readonly hasher: PasswordHasher;
  readonly limits: Limits;
  readonly devices: KnownDevices;
  readonly challenges: Challenges;
}

/** Whose password a caller says it is. */
export interface PasswordClaim {
  /** Normalised. Nobody's address is a claim too, and takes as long. */
  readonly address: string;
  readonly password: string;
  /** Of a device that has signed in before, if the caller has one. */
  readonly deviceToken?: string | undefined;
  /** Of a sign-in only: whoever is signed in already has no challenge to solve. */
  readonly challenge?: { readonly solution: string | null | undefined };
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
   * parameters is replaced on the way. Counts wrong passwords; rejects with RATE_LIMITED or
   * CHALLENGE_REQUIRED, before the password is looked at, when there were too many.
   */
  async run(
    realm: Realm,
    { address, password, deviceToken, challenge }: PasswordClaim,
    caller: Caller,
  ): Promise<PasswordCandidate | undefined> {
    const normalized = normalizePassword(password);
    if (normalized === undefined) return undefined;
    const { sql, hasher, limits, devices, challenges } = this.#deps;
    const device = devices.read(realm, deviceToken);
    const find = () => findPassword(sql, realm, address);
    // Nobody but an owner needs to be known before the limits: what those refuse costs no query.
    const mayBeOwner = device !== undefined || caller.actorId !== null;
    let candidate = mayBeOwner ? await find() : undefined;
    const giver = { ...caller, device };
    const { shared, own, isStranger } = passwordAttempt(address, candidate?.userId, giver);
    const isChallenged = isStranger && challenge !== undefined;
    if (isChallenged) await challenges.demand(realm, 'sign-in', challenge.solution);
    // Before it is checked, or guesses that come at once would all be free.
    await limits.spend(realm, ...shared, ...own);
    let matches: boolean;
    try {
      if (!mayBeOwner) candidate = await find();
      matches = await hasher.verify(normalized, candidate?.hash, caller);
    } catch (error) {
      await limits.refund(realm, ...shared, ...own);
      throw error;
    }
    if (!matches || candidate === undefined) {
      if (isChallenged) await challenges.noteFailure(realm);
      return undefined;
    }
    await limits.refund(realm, ...shared);
    await limits.forgive(realm, ...own);
    if (hasher.isOutdated(candidate.hash))
      await this.#upgrade(realm, candidate, normalized, caller);
    return candidate;
  }

  /**
   * For one who has recovered the account: what strangers guessed meanwhile counts no more. Hand
   * them a device token as well, or the next guesses keep them out again.
   */
  async forgive(realm: Realm, address: string, caller: Caller): Promise<void> {
    await this.#deps.limits.forgive(realm, ...passwordAttempt(address, undefined, caller).own);
  }

  async #upgrade(
    realm: Realm,
    candidate: PasswordCandidate,
    password: string,
    caller: Caller,
  ): Promise<void> {
    const { sql, clock, hasher } = this.#deps;
    await replaceHash(sql, realm, candidate, await hasher.hash(password, caller), clock.now());
  }
}
