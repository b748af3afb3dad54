import type { AuthFailure } from './auth-failure.js';
import { inTabLock } from './browser.js';
import type { RefreshSessionResult } from './results.js';
import { AuthClientError } from './send-operation.js';
import { type AuthSession, type Clock, isFresh, isRenewalDue, isSame } from './session.js';
import type { SessionState } from './session-state.js';

export interface SessionKeeperOptions {
  readonly state: SessionState;
  /** What the tabs that share this session name it. */
  readonly sharedAs: string | undefined;
  readonly clock: Clock;
  /** Asks the service. */
  readonly refresh: (refreshToken: string | undefined) => Promise<RefreshSessionResult>;
}

/**
 * A refresh that did not help is not tried again for this long: what is denied then is not the
 * token's fault.
 */
const USELESS_FOR_MS = 60_000;

/**
 * Renews the session, once for everybody who asks. `authFetch` and `authLink` are thin layers
 * around it.
 */
export class SessionKeeper {
  readonly #options: SessionKeeperOptions;
  readonly #state: SessionState;
  /**
   * The session that a failure of this kind remained with in spite of a refresh, and when that was.
   */
  readonly #uncured = new Map<
    AuthFailure,
    { readonly session: AuthSession; readonly at: number }
  >();
  #flight: Promise<RefreshSessionResult> | undefined;

  constructor(options: SessionKeeperOptions) {
    this.#options = options;
    this.#state = options.state;
  }

  /**
   * The session for a request, renewed if it is about to expire. When that fails, as it is: the
   * request will tell.
   */
  async usable(): Promise<AuthSession | null> {
    await this.#state.ready;
    const { current } = this.#state;
    if (current !== null && isRenewalDue(current, this.#now()))
      await this.refresh().catch(() => {});
    return this.#state.current;
  }

  /** The session once nothing is under way that would replace it. */
  async settled(): Promise<AuthSession | null> {
    await this.#state.ready;
    await this.#flight?.catch(() => {});
    return this.#state.current;
  }

  /**
   * After a request with `sent` failed: the session to retry it with, once; null when that is
   * pointless. Rejects when the service could not be reached, which is not a sign-out.
   */
  async recover(sent: AuthSession | null, failure: AuthFailure): Promise<AuthSession | null> {
    if (isSame(sent, this.#state.current)) {
      if (!this.#state.isRenewable || this.#isUncured(failure)) return null;
      await this.refresh();
    }
    return isSame(sent, this.#state.current) ? null : this.#state.current;
  }

  /** After the retry failed as well. `byService`: it was the service itself that refused. */
  async stillFailing(
    session: AuthSession,
    failure: AuthFailure,
    byService: boolean,
  ): Promise<void> {
    if (!isSame(session, this.#state.current) || !isFresh(session, this.#now())) return;
    this.#uncured.set(failure, { session, at: this.#now() });
    if (failure === 'REFUSED' && byService) await this.#state.end(session, 'ACCESS_REFUSED');
  }

  #isUncured(failure: AuthFailure): boolean {
    const uncured = this.#uncured.get(failure);
    return (
      uncured !== undefined &&
      isSame(uncured.session, this.#state.current) &&
      this.#now() < uncured.at + USELESS_FOR_MS
    );
  }

  /**
   * One refresh at a time, for all callers in this tab, and with Web Locks in all tabs that share
   * the storage.
   */
  refresh(): Promise<RefreshSessionResult> {
    this.#flight ??= this.#refresh().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }

  async #refresh(): Promise<RefreshSessionResult> {
    await this.#state.ready;
    const { sharedAs } = this.#options;
    const from = this.#state.current;
    return inTabLock(sharedAs && `authgraph:${sharedAs}`, () => this.#renew(from));
  }

  async #renew(from: AuthSession | null): Promise<RefreshSessionResult> {
    const state = this.#state;
    // another tab was first
    if (!isSame(from, await state.sync()) || !state.isRenewable) return asResult(state.current);
    const result = await this.#options
      .refresh(from?.tokens?.refreshToken)
      .catch(async (error: unknown) => {
        if (error instanceof AuthClientError && error.code === 'UNAUTHENTICATED')
          await state.end(from, 'ACCESS_REFUSED');
        throw error;
      });
    // signed in or out meanwhile, here or elsewhere
    if (!isSame(from, await state.sync())) return asResult(state.current);
    if (result.__typename === 'SessionRefreshed') await state.adopt(result);
    if (result.__typename === 'RefreshRejected') await state.end(from, result.reason);
    return result;
  }

  #now(): number {
    return this.#options.clock.now().getTime();
  }
}

function asResult(session: AuthSession | null): RefreshSessionResult {
  if (session === null)
    return { __typename: 'RefreshRejected', reason: 'MISSING', message: 'Nobody is signed in.' };
  const { id, tokens, bound } = session;
  const tokenType = bound ? 'DPOP' : 'BEARER';
  return { __typename: 'SessionRefreshed', session: { id }, tokens, tokenType };
}
