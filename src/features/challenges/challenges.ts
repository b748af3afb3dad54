import { Counter } from 'prom-client';
import { AuthError } from '../../kernel/auth-error.js';
import { addSeconds, type Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import { limit } from '../../platform/limits/limit.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { SingleUse } from '../../platform/limits/single-use.js';
import type { Metrics } from '../../platform/metrics/metrics.js';
import type { altcha } from './altcha.js';
import type { ChallengeRejection } from './challenge-errors.js';
import { CHALLENGE_SETTINGS } from './challenge-settings.js';

export interface ChallengesDeps {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly metrics: Metrics;
  readonly altcha: ReturnType<typeof altcha>;
  readonly used: SingleUse;
}

/** A challenge is for one of these. */
export type ChallengedOperation = 'sign-in' | 'sign-up';

const LIFETIME_SECONDS = 300;

/** Counted by windows of the clock, and kept for two: this one's and the last one's decide. */
const FAILURES = limit('sign-in-realm', 'account', (realm) => {
  const { times, seconds } = CHALLENGE_SETTINGS.of(realm).challengeAfter;
  return { times, seconds: 2 * seconds };
});

/**
 * Against bots that try many accounts from many addresses, each too seldom for the other limits:
 * while sign-ins fail in masses, each attempt from an unknown device has to cost something.
 */
export class Challenges {
  readonly #deps: ChallengesDeps;
  readonly #asked: Counter<'outcome'>;

  constructor(deps: ChallengesDeps) {
    this.#deps = deps;
    this.#asked = new Counter({
      name: 'authgraph_challenges_total',
      help: 'Attempts that needed a solved challenge, by whether it was',
      labelNames: ['outcome'],
      registers: [deps.metrics],
    });
  }

  /**
   * Rejects with CHALLENGE_REQUIRED when the realm is under attack and `solution` solves none of
   * its challenges for this operation, or one that was used. Counts nothing.
   */
  async demand(
    realm: Realm,
    operation: ChallengedOperation,
    solution: string | null | undefined,
  ): Promise<void> {
    const { challenge, challengeCost } = CHALLENGE_SETTINGS.of(realm);
    if (challenge === 'none' || !(await this.#isUnderAttack(realm))) return;
    const reason = await this.#reject(realm, operation, solution);
    this.#asked.inc({ outcome: reason?.toLowerCase() ?? 'solved' });
    if (reason === undefined) return;
    const { altcha, clock } = this.#deps;
    const expiresAt = addSeconds(clock.now(), LIFETIME_SECONDS);
    throw new AuthError(
      'CHALLENGE_REQUIRED',
      'Too many sign-ins fail at present. Solve the challenge, then try again.',
      {
        reason,
        challenge: await altcha.make(challengeCost, { realmId: realm.id, operation, expiresAt }),
      },
    );
  }

  /** Counts a sign-in from an unknown device that failed. */
  async noteFailure(realm: Realm): Promise<void> {
    if (CHALLENGE_SETTINGS.of(realm).challenge === 'none') return;
    await this.#deps.limits.note(realm, FAILURES.of(String(this.#window(realm))));
  }

  /** In this window or in the one before: calm is a whole window with fewer failures. */
  async #isUnderAttack(realm: Realm): Promise<boolean> {
    const { limits } = this.#deps;
    const now = this.#window(realm);
    const windows = [now, now - 1].map((window) => FAILURES.of(String(window)));
    const reached = await Promise.all(windows.map((window) => limits.isReached(realm, window)));
    return reached.includes(true);
  }

  #window(realm: Realm): number {
    const { seconds } = CHALLENGE_SETTINGS.of(realm).challengeAfter;
    return Math.floor(this.#deps.clock.now().getTime() / 1_000 / seconds);
  }

  async #reject(
    realm: Realm,
    operation: ChallengedOperation,
    solution: string | null | undefined,
  ): Promise<ChallengeRejection | undefined> {
    if (!solution) return 'MISSING';
    const { altcha, clock, used } = this.#deps;
    const now = clock.now();
    const solved = await altcha.check(solution, { realmId: realm.id, operation }, now);
    if (typeof solved === 'string') return solved;
    // Only what somebody has worked for is remembered, so that nobody can push others out.
    return (await used.use(realm, [solved.id], solved.expiresAt, now)) ? undefined : 'USED';
  }
}
