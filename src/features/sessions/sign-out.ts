import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Proofs } from '../proofs/index.js';
import type { EndSessions } from './end-sessions.js';
import type { SessionsToEnd } from './ended-session.store.js';
import { presenterOf } from './presenter.js';
import { judgeRefreshToken } from './refresh.policy.js';
import type { RefreshTokenFormat } from './refresh-token.js';
import { findSession } from './session.store.js';

export interface SignOutRequest {
  /** Wins over `session`: the caller names it outright. */
  readonly refreshToken?: string | undefined;
  /** The session behind the request's access token, if that is valid. */
  readonly session?: { readonly sessionId: string; readonly userId: string } | undefined;
  readonly everywhere: boolean;
}

export interface SignOutDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly refreshTokens: RefreshTokenFormat;
  readonly endSessions: EndSessions;
  readonly proofs: Proofs;
}

/** Ends the caller's session, or all of the user's. */
export class SignOut {
  readonly #deps: SignOutDeps;

  constructor(deps: SignOutDeps) {
    this.#deps = deps;
  }

  /** Resolves to how many sessions it ended; none is not an error. */
  async run(realm: Realm, request: SignOutRequest, caller: Caller): Promise<number> {
    const which = await this.#sessionsOf(realm, request, caller);
    if (which === undefined) return 0;
    const { database, endSessions } = this.#deps;
    return database.transaction((sql) => endSessions.run(sql, realm, which, 'signed_out', caller));
  }

  async #sessionsOf(
    realm: Realm,
    request: SignOutRequest,
    caller: Caller,
  ): Promise<SessionsToEnd | undefined> {
    const { refreshToken: text, session, everywhere } = request;
    if (text !== undefined) return this.#sessionsOfToken(realm, { text, everywhere }, caller);
    if (session === undefined) return undefined;
    return everywhere ? { userId: session.userId } : { id: session.sessionId };
  }

  async #sessionsOfToken(
    realm: Realm,
    { text, everywhere }: { readonly text: string; readonly everywhere: boolean },
    caller: Caller,
  ): Promise<SessionsToEnd | undefined> {
    const { database: sql, clock, refreshTokens, proofs } = this.#deps;
    const token = refreshTokens.read(realm, text);
    const session = token && (await findSession(sql, realm, token.sessionId));
    if (session === undefined || token === undefined) return undefined;
    const presenter = presenterOf(realm, caller, !proofs.areRequired(realm), clock.now());
    const presented = judgeRefreshToken(token, session, presenter);
    if (presented === 'forged') return undefined;
    // A thief without the key must not even sign the owner out.
    if (presented === 'unproven' && session.keyThumbprint !== null) return undefined;
    // A token that was spent long ago may be a thief's: it can end its own session, no others.
    const holdsSession = presented === 'current' || presented === 'within-grace';
    return everywhere && holdsSession ? { userId: session.userId } : { id: session.id };
  }
}
