import type { TokenType } from './generated/operations.js';
import type { RefreshRejection } from './results.js';
import { type AuthSession, type Clock, isSame, type Tokens } from './session.js';
import type { TokenStorage } from './token-storage.js';

/**
 * Why a session is over: the service's own reason, or
 * SIGNED_OUT: by this client; ENDED_IN_ANOTHER_TAB: by another client on the same storage;
 * ACCESS_REFUSED: the service answers 401 to the refresh itself, or to a token that it issued a
 * moment ago.
 */
export type SignedOutReason =
  | RefreshRejection
  | 'SIGNED_OUT'
  | 'ENDED_IN_ANOTHER_TAB'
  | 'ACCESS_REFUSED';

export interface SessionStateOptions {
  readonly storage: TokenStorage;
  /**
   * True when cookies carry the tokens: there may then be a session that this client has not heard
   * of.
   */
  readonly cookies: boolean;
  readonly clock: Clock;
  /** The key to store with a session that is bound to it; absent where it has its own place. */
  readonly exportKey?: () => Promise<JsonWebKey | undefined>;
  readonly onSignedOut: (reason: SignedOutReason) => void;
}

/**
 * The session of one client: what it is now, what is stored of it, and who is told when it changes.
 */
export class SessionState {
  /** Settled once the storage was read. */
  readonly ready: Promise<void>;
  readonly #options: SessionStateOptions;
  readonly #listeners = new Set<(session: AuthSession | null) => void>();
  readonly #unwatch: (() => void) | undefined;
  #current: AuthSession | null = null;
  #mayHaveCookie: boolean;

  constructor(options: SessionStateOptions) {
    const { storage, cookies } = options;
    this.#options = options;
    this.#mayHaveCookie = cookies;
    const stored = storage.load();
    // A synchronous storage is read at once, so that the first rendering knows the session.
    if (stored instanceof Promise) this.ready = stored.then((session) => this.#become(session));
    else this.ready = Promise.resolve(this.#become(stored));
    this.ready.catch(() => {}); // whoever waits for it reports it
    this.#unwatch = storage.watch?.(() => void this.sync().catch(() => {}));
  }

  get current(): AuthSession | null {
    return this.#current;
  }

  /** Whether a refresh may find a session. */
  get isRenewable(): boolean {
    return this.#current !== null || this.#mayHaveCookie;
  }

  subscribe(listener: (session: AuthSession | null) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#unwatch?.();
    this.#listeners.clear();
  }

  /** Makes what the service answered the session of this client. */
  async adopt({
    session,
    tokens,
    tokenType,
  }: {
    readonly session: { readonly id: string };
    readonly tokens: Tokens | null;
    /** Absent where it is not known. */
    readonly tokenType?: TokenType;
  }): Promise<void> {
    const obtainedAt = Math.max(
      this.#options.clock.now().getTime(),
      (this.#current?.obtainedAt ?? 0) + 1,
    );
    const bound = tokenType === undefined ? {} : { bound: tokenType === 'DPOP' };
    const proofKey = bound.bound ? await this.#options.exportKey?.() : undefined;
    const carried = proofKey === undefined ? {} : { proofKey };
    const next = { id: session.id, tokens, obtainedAt, ...bound, ...carried };
    await this.#options.storage.save(next);
    this.#become(next);
  }

  /**
   * Ends the session that `session` is a state of, and says so, unless that has happened already.
   */
  async end(session: AuthSession | null, reason: SignedOutReason): Promise<void> {
    if (!this.#isCurrent(session)) return;
    await this.#options.storage.save(null);
    if (!this.#isCurrent(session)) return;
    this.#become(null);
    this.#mayHaveCookie = false;
    // else nobody was signed in
    if (session !== null || reason !== 'MISSING') this.#announceEnd(reason);
  }

  /** Takes over what another tab has stored. */
  async sync(): Promise<AuthSession | null> {
    const { storage } = this.#options;
    if (storage.sharedAs === undefined) return this.#current;
    const before = this.#current;
    const stored = await storage.load();
    if (!isSame(before, this.#current) || isSame(stored, before)) return this.#current;
    this.#become(stored);
    if (stored === null) {
      this.#mayHaveCookie = false;
      this.#announceEnd('ENDED_IN_ANOTHER_TAB');
    }
    return stored;
  }

  #isCurrent(session: AuthSession | null): boolean {
    return session?.id === this.#current?.id && this.isRenewable;
  }

  #become(session: AuthSession | null): void {
    if (isSame(session, this.#current)) return;
    this.#current = session;
    // Later, so that a listener that throws breaks nothing here.
    for (const listener of this.#listeners) queueMicrotask(() => listener(session));
  }

  #announceEnd(reason: SignedOutReason): void {
    queueMicrotask(() => this.#options.onSignedOut(reason));
  }
}
