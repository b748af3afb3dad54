import type { Session } from './session.js';

interface Entry {
  readonly token: string;
  readonly session: Session;
  readonly kid: string;
}

/**
 * The end of a token is part of its signature, so no two good tokens share it. Hashing all of a
 * long text costs more than the rest of a look-up.
 */
const KEY_LENGTH = 64;

/**
 * The sessions of tokens that were verified already: bounded, those not used for longest out first.
 * Two halves instead of a strict order: a token that is in use costs one look-up and no write, and
 * moves on once a half when the older one is dropped.
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
    const key = token.slice(-KEY_LENGTH);
    const recent = this.#recent.get(key);
    const entry = recent ?? this.#older.get(key);
    if (entry === undefined || entry.token !== token) return undefined;
    if (entry.session.expiresAt.getTime() <= now.getTime() || !isCurrent(entry.kid)) {
      this.#recent.delete(key);
      this.#older.delete(key);
      return undefined;
    }
    if (recent === undefined) this.#keep(key, entry);
    return entry.session;
  }

  add(token: string, session: Session, kid: string): void {
    this.#keep(token.slice(-KEY_LENGTH), { token, session, kid });
  }

  #keep(key: string, entry: Entry): void {
    this.#recent.set(key, entry);
    if (this.#recent.size < this.#halfCapacity) return;
    this.#older = this.#recent;
    this.#recent = new Map();
  }
}
