import type { Session } from './session.js';

interface Entry {
  readonly session: Session;
  readonly kid: string;
}

/**
 * The sessions of tokens that were verified already: bounded, those not used for longest out first. Two halves instead of a strict
 * order: a token that is in use costs one look-up and no write, and moves on once a half when the older one is dropped.
 */
export class VerifiedTokens {
  #recent = new Map<string, Entry>();
  #older = new Map<string, Entry>();
  readonly #halfCapacity: number;

  constructor(capacity: number) {
    this.#halfCapacity = Math.ceil(capacity / 2);
  }

  /** `isCurrent` tells whether tokens of that key still count. */
  get(token: string, now: Date, isCurrent: (kid: string) => boolean): Session | undefined {
    const recent = this.#recent.get(token);
    const entry = recent ?? this.#older.get(token);
    if (entry === undefined) return undefined;
    if (entry.session.expiresAt <= now || !isCurrent(entry.kid)) {
      this.#recent.delete(token);
      this.#older.delete(token);
      return undefined;
    }
    if (recent === undefined) this.#keep(token, entry);
    return entry.session;
  }

  add(token: string, session: Session, kid: string): void {
    this.#keep(token, { session, kid });
  }

  #keep(token: string, entry: Entry): void {
    this.#recent.set(token, entry);
    if (this.#recent.size < this.#halfCapacity) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }
}
