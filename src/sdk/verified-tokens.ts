import type { Session } from './session.js';

interface Entry {
  readonly session: Session;
  readonly kid: string;
}

/** The sessions of tokens that were verified already: bounded, least recently used first out. */
export class VerifiedTokens {
  readonly #entries = new Map<string, Entry>();
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** `isCurrent` tells whether tokens of that key still count. */
  get(token: string, now: Date, isCurrent: (kid: string) => boolean): Session | undefined {
    const entry = this.#entries.get(token);
    if (entry === undefined) return undefined;
    this.#entries.delete(token);
    if (entry.session.expiresAt <= now || !isCurrent(entry.kid)) return undefined;
    this.#entries.set(token, entry); // a Map remembers insertion order: now the most recently used
    return entry.session;
  }

  add(token: string, session: Session, kid: string): void {
    this.#entries.set(token, { session, kid });
    if (this.#entries.size <= this.#capacity) return;
    const oldest = this.#entries.keys().next();
    if (!oldest.done) this.#entries.delete(oldest.value);
  }
}
