const LONGEST_WAIT_MS = 60 * 60 * 1000;
const RETRY_MS = 5_000;
const SHORTEST_WAIT_MS = 100;

/**
 * When to look whether a realm's signing key is to be rotated. Every node has one for each realm
 * that it serves; the lock inside `rotateIfDue` lets exactly one of them make the key. It holds no
 * timer: whoever keeps it calls `lookIfDue` now and again.
 */
export class RotationSchedule {
  readonly #rotateIfDue: () => Promise<Date>;
  readonly #now: () => Date;
  readonly #onError: (error: unknown) => void;
  #lookAtMs: number;

  /** `rotateIfDue` resolves to when the next rotation is due; `dueAt` is its last answer. */
  constructor(
    rotateIfDue: () => Promise<Date>,
    dueAt: Date,
    now: () => Date,
    onError: (error: unknown) => void,
  ) {
    this.#rotateIfDue = rotateIfDue;
    this.#now = now;
    this.#onError = onError;
    this.#lookAtMs = performance.now() + this.#waitFor(dueAt);
  }

  /** `atMs` is a time of `performance.now()`. True when it looks, in the background. */
  lookIfDue(atMs: number): boolean {
    if (atMs < this.#lookAtMs) return false;
    this.#lookAtMs = Number.POSITIVE_INFINITY; // one look at a time
    this.#rotateIfDue().then(
      (dueAt) => {
        this.#lookAtMs = atMs + this.#waitFor(dueAt);
      },
      (error: unknown) => {
        this.#onError(error);
        this.#lookAtMs = atMs + RETRY_MS;
      },
    );
    return true;
  }

  #waitFor(dueAt: Date): number {
    const ms = dueAt.getTime() - this.#now().getTime();
    return Math.max(SHORTEST_WAIT_MS, Math.min(LONGEST_WAIT_MS, ms));
  }
}
