import type { AuthFailure } from './auth-failure.js';
import { inTabLock } from './browser.js';
import { AuthClientError } from './operations.js';
import type { RefreshRejection, RefreshSessionResult } from './results.js';
import { type AuthSession, type Clock, isFresh, isRenewalDue, isSame, type Tokens } from './session.js';
import type { TokenStorage } from './token-storage.js';

/**
 * Why a session is over: the service's own reason, or
 * SIGNED_OUT: by this client; ENDED_IN_ANOTHER_TAB: by another client on the same storage;
 * ACCESS_REFUSED: the service answers 401 to the refresh itself, or to a token that it issued a moment ago.
 */
export type SignedOutReason = RefreshRejection | 'SIGNED_OUT' | 'ENDED_IN_ANOTHER_TAB' | 'ACCESS_REFUSED';

export interface SessionKeeperOptions {
  readonly storage: TokenStorage;
  /** True when cookies carry the tokens: there may then be a session that this client has not heard of. */
  readonly cookies: boolean;
  readonly clock: Clock;
  readonly refresh: (refreshToken: string | undefined) => Promise<RefreshSessionResult>;
  readonly onSignedOut: (reason: SignedOutReason) => void;
}

/** A refresh that did not help is not tried again for this long: what is denied then is not the token's fault. */
const USELESS_FOR_MS = 60_000;

/** Knows the session, and renews it once for everybody who asks. `authFetch` and `authLink` are thin layers around it. */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  readonly #listeners = new Set<(session: AuthSession | null) => void>();
  readonly #ready: Promise<unknown>;
  readonly #unwatch: (() => void) | undefined;
  /** Until when a refresh is known not to cure a failure of this kind. */
  readonly #useless = new Map<AuthFailure, number>();
  #current: AuthSession | null = null;
  #mayHaveCookie: boolean;
  #flight: Promise<RefreshSessionResult> | undefined;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
    this.#mayHaveCookie = options.cookies;
    const stored = options.storage.load();
    // A synchronous storage is read at once, so that the first rendering knows the session.
    if (stored instanceof Promise) this.#ready = stored.then((session) => this.#become(session));
    else this.#ready = Promise.resolve(this.#become(stored));
    this.#ready.catch(() => {}); // each method that waits for it reports it
    this.#unwatch = options.storage.watch?.(() => void this.#sync().catch(() => {}));
  }

  /** The session as far as it is known; null when signed out, and until an asynchronous storage was read. */
  get current(): AuthSession | null {
    return this.#current;
  }

  subscribe(listener: (session: AuthSession | null) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#unwatch?.();
    this.#listeners.clear();
  }

  /** The session for a request, renewed if it is about to expire. When that fails, as it is: the request will tell. */
  async usable(): Promise<AuthSession | null> {
    await this.#ready;
    if (this.#current !== null && isRenewalDue(this.#current, this.#now())) await this.refresh().catch(() => {});
    return this.#current;
  }

  /** The session once nothing is under way that would replace it. */
  async settled(): Promise<AuthSession | null> {
    await this.#ready;
    await this.#flight?.catch(() => {});
    return this.#current;
  }

  /**
   * After a request with `sent` failed: the session to retry it with, once; null when that is pointless.
   * Rejects when the service could not be reached, which is not a sign-out.
   */
  async recover(sent: AuthSession | null, failure: AuthFailure): Promise<AuthSession | null> {
    if (isSame(sent, this.#current)) {
      if (this.#now() < (this.#useless.get(failure) ?? 0)) return null;
      if (this.#current !== null || this.#mayHaveCookie) await this.refresh();
    }
    return isSame(sent, this.#current) ? null : this.#current;
  }

  /** After the retry failed as well. `byService`: it was the service itself that refused. */
  async stillFailing(sent: AuthSession, failure: AuthFailure, byService: boolean): Promise<void> {
    if (!isSame(sent, this.#current) || !isFresh(sent, this.#now())) return;
    this.#useless.set(failure, this.#now() + USELESS_FOR_MS);
    if (failure === 'REFUSED' && byService) await this.end(sent, 'ACCESS_REFUSED');
  }

  /** One refresh at a time, for all callers in this tab, and with Web Locks in all tabs that share the storage. */
  refresh(): Promise<RefreshSessionResult> {
    this.#flight ??= this.#refresh().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #refresh(): Promise<RefreshSessionResult> {
    await this.#ready;
    const { sharedAs } = this.#options.storage;
    const from = this.#current;
    return inTabLock(sharedAs && `authgraph:${sharedAs}`, () => this.#renew(from));
  }

  async #renew(from: AuthSession | null): Promise<RefreshSessionResult> {
    if (!isSame(from, await this.#sync())) return asResult(this.#current); // another tab was first
    if (from === null && !this.#mayHaveCookie) return asResult(null);
    const result = await this.#options.refresh(from?.tokens?.refreshToken).catch(async (error: unknown) => {
      if (error instanceof AuthClientError && error.code === 'UNAUTHENTICATED') await this.end(from, 'ACCESS_REFUSED');
      throw error;
    });
    if (!isSame(from, await this.#sync())) return asResult(this.#current); // signed in or out meanwhile, here or elsewhere
    if (result.__typename === 'SessionRefreshed') await this.adopt(result);
    if (result.__typename === 'RefreshRejected') await this.end(from, result.reason);
    return result;
  }

  /** Makes what the service answered the session of this client. */
  async adopt({ session, tokens }: { readonly session: { readonly id: string }; readonly tokens: Tokens | null }): Promise<void> {
    const obtainedAt = Math.max(this.#now(), (this.#current?.obtainedAt ?? 0) + 1);
    const next = { id: session.id, tokens, obtainedAt };
    await this.#options.storage.save(next);
    this.#become(next);
  }

  /** Ends the session that `session` is a state of, and says so, unless that has happened already. */
  async end(session: AuthSession | null, reason: SignedOutReason): Promise<void> {
    if (!this.#isCurrent(session)) return;
    await this.#options.storage.save(null);
    if (!this.#isCurrent(session)) return;
    this.#become(null);
    this.#mayHaveCookie = false;
    if (session !== null || reason !== 'MISSING') this.#announceEnd(reason); // else nobody was signed in
  }

  #isCurrent(session: AuthSession | null): boolean {
    return session?.id === this.#current?.id && (session !== null || this.#mayHaveCookie);
  }

  /** Takes over what another tab has stored. */
  async #sync(): Promise<AuthSession | null> {
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

  #become(session: AuthSession | null): void {
    if (isSame(session, this.#current)) return;
    this.#current = session;
    this.#useless.clear();
    // Later, so that a listener that throws breaks nothing here.
    for (const listener of this.#listeners) queueMicrotask(() => listener(session));
  }

  #announceEnd(reason: SignedOutReason): void {
    queueMicrotask(() => this.#options.onSignedOut(reason));
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}

function asResult(session: AuthSession | null): RefreshSessionResult {
  if (session === null) return { __typename: 'RefreshRejected', reason: 'MISSING', message: 'Nobody is signed in.' };
  return { __typename: 'SessionRefreshed', session: { id: session.id }, tokens: session.tokens };
}
