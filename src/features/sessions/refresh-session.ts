import { Counter } from 'prom-client';
import { AuthError } from '../../kernel/auth-error.js';
import type { Caller } from '../../kernel/caller.js';
import type { Clock } from '../../kernel/clock.js';
import type { Randomness } from '../../kernel/randomness.js';
import type { Realm } from '../../kernel/realm.js';
import type { Database } from '../../platform/database/database.js';
import type { Events } from '../../platform/events/events.js';
import type { Claims } from '../../platform/hooks/hook-functions.js';
import { limit } from '../../platform/limits/limit.js';
import type { Limits } from '../../platform/limits/limits.js';
import type { Metrics } from '../../platform/metrics/metrics.js';
import type { Hooks } from '../hooks/index.js';
import type { Proofs } from '../proofs/index.js';
import type { EndSessions } from './end-sessions.js';
import { presenterOf } from './presenter.js';
import { judgeRefreshToken } from './refresh.policy.js';
import {
  hashSecret,
  type RefreshToken,
  type RefreshTokenFormat,
  successorSecret,
} from './refresh-token.js';
import { findSession, rotate, type StoredSession } from './session.store.js';
import type { RefreshRejection } from './session-errors.js';
import { TOKEN_REPLAYED, TOKEN_REUSED, TOKEN_UNPROVEN } from './session-events.js';
import type { IssuedSession, SessionIssuer } from './session-issuer.js';
import { SESSION_SETTINGS } from './session-settings.js';

const NONCE_BYTES = 32;
const PER_SESSION = limit(
  'refresh-session',
  'account',
  (realm) => SESSION_SETTINGS.of(realm).limitRefreshPerSession,
);

const MESSAGES: Record<RefreshRejection, string> = {
  MISSING: 'There is no refresh token in the input or the cookies.',
  MALFORMED: 'This is not a refresh token of this service.',
  EXPIRED: 'The session has expired. Sign in again.',
  REVOKED: 'The session was ended. Sign in again.',
  REUSED: 'This refresh token was used before, so the session has been ended. Sign in again.',
  UNPROVEN: 'The session needs a proof of its key in the DPoP header. Without one, sign in again.',
};

export interface RefreshDeps {
  readonly database: Database;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly events: Events;
  readonly refreshTokens: RefreshTokenFormat;
  readonly issuer: SessionIssuer;
  readonly endSessions: EndSessions;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly proofs: Proofs;
  readonly hooks: Hooks;
}

/**
 * Trades a refresh token for a new pair. Rejects with REFRESH_REJECTED and the reason, or with
 * RATE_LIMITED.
 */
export class RefreshSession {
  readonly #deps: RefreshDeps;
  readonly #outcomes: Counter<'outcome'>;

  constructor(deps: RefreshDeps) {
    this.#deps = deps;
    this.#outcomes = new Counter({
      name: 'authgraph_refreshes_total',
      help: 'Refreshes by outcome: rotated, replayed within the grace window, or why refused',
      labelNames: ['outcome'],
      registers: [deps.metrics],
    });
  }

  async run(realm: Realm, token: string | undefined, caller: Caller): Promise<IssuedSession> {
    try {
      const { issued, outcome } = await this.#judge(realm, token, caller);
      this.#outcomes.inc({ outcome });
      return issued;
    } catch (error) {
      this.#outcomes.inc({ outcome: outcomeOf(error) });
      throw error;
    }
  }

  async #judge(realm: Realm, token: string | undefined, caller: Caller): Promise<Judged> {
    if (token === undefined) throw rejected('MISSING');
    const presented = this.#deps.refreshTokens.read(realm, token);
    if (presented === undefined) throw rejected('MALFORMED');
    await this.#deps.limits.spend(realm, PER_SESSION.of(presented.sessionId));
    const rotated = await this.#rotate(realm, presented, caller);
    if (rotated !== undefined) return { issued: rotated, outcome: 'rotated' };
    return { issued: await this.#answerSpent(realm, presented, caller), outcome: 'replayed' };
  }

  /** The usual case: the token is the current one, and one statement spends it. */
  async #rotate(
    realm: Realm,
    presented: RefreshToken,
    caller: Caller,
  ): Promise<IssuedSession | undefined> {
    const { database: sql, clock, randomness, issuer } = this.#deps;
    const claims = await this.#claimsAhead(realm, presented, caller);
    const nonce = randomness(NONCE_BYTES);
    const successor = successorSecret(presented.secret, nonce);
    const now = clock.now();
    const session = await rotate(sql, realm, {
      sessionId: presented.sessionId,
      generation: presented.generation,
      presentedHash: hashSecret(presented.secret),
      successorHash: hashSecret(successor),
      successorNonce: nonce,
      now,
      idleExpiresAt: issuer.idleExpiry(realm, now),
      accessExpiresAt: issuer.accessExpiry(realm, now),
      ipAddress: caller.ipAddress,
      userAgent: caller.userAgent,
      proofKey: caller.proofKey ?? null,
      bearerAllowed: !this.#deps.proofs.areRequired(realm),
    });
    return session && issuer.renew(realm, session, { secret: successor, claims });
  }

  /**
   * What a hook wants the next access token to say, before the token is spent: a hook that fails
   * then costs a try, and not the session.
   */
  async #claimsAhead(
    realm: Realm,
    presented: RefreshToken,
    caller: Caller,
  ): Promise<Claims | undefined> {
    const { database: sql, clock, hooks, proofs } = this.#deps;
    if (!hooks.addClaims) return undefined;
    const session = await findSession(sql, realm, presented.sessionId);
    if (session === undefined) return undefined;
    const presenter = presenterOf(realm, caller, !proofs.areRequired(realm), clock.now());
    const isCurrent = judgeRefreshToken(presented, session, presenter) === 'current';
    return isCurrent ? hooks.claims(realm, session, caller) : undefined;
  }

  async #answerSpent(
    realm: Realm,
    presented: RefreshToken,
    caller: Caller,
  ): Promise<IssuedSession> {
    const { database: sql, clock, issuer, events, proofs, hooks } = this.#deps;
    const session = await findSession(sql, realm, presented.sessionId);
    if (session === undefined) throw rejected('REVOKED');
    const about = { caller, userId: session.userId, sessionId: session.id };
    const bearerAllowed = !proofs.areRequired(realm);
    const presenter = presenterOf(realm, caller, bearerAllowed, clock.now());
    switch (judgeRefreshToken(presented, session, presenter)) {
      case 'within-grace': {
        const secret = successorOf(presented, session);
        const claims = await hooks.claims(realm, session, caller);
        await events.emit(sql, realm, TOKEN_REPLAYED, about);
        return issuer.renew(realm, session, { secret, claims });
      }
      case 'unproven':
        await events.emit(sql, realm, TOKEN_UNPROVEN, about);
        throw rejected('UNPROVEN');
      case 'reused':
        await this.#endStolen(realm, session, caller);
        throw rejected('REUSED');
      case 'expired':
        throw rejected('EXPIRED');
      case 'ended':
        throw rejected('REVOKED');
      case 'forged':
        throw rejected('MALFORMED');
      case 'current':
        // It was not when the statement ran. Whoever held it then has given it back: ask again.
        throw new AuthError('SERVICE_UNAVAILABLE', 'The session is being refreshed. Try again.');
    }
  }

  /**
   * A copy of the token is in other hands (RFC 9700 section 4.14.2): commits the session's end
   * before the call fails.
   */
  async #endStolen(realm: Realm, session: StoredSession, caller: Caller): Promise<void> {
    const { database, events, endSessions } = this.#deps;
    const { id: sessionId, userId } = session;
    await database.transaction(async (sql) => {
      await endSessions.run(sql, realm, { id: sessionId }, 'refresh_token_reused', caller);
      await events.emit(sql, realm, TOKEN_REUSED, { caller, userId, sessionId });
    });
  }
}

interface Judged {
  readonly issued: IssuedSession;
  readonly outcome: 'rotated' | 'replayed';
}

function outcomeOf(error: unknown): string {
  if (!(error instanceof AuthError)) return 'failed';
  if (error.code === 'RATE_LIMITED') return 'limited';
  return error.code === 'REFRESH_REJECTED' ? error.details.reason.toLowerCase() : 'failed';
}

function successorOf(presented: RefreshToken, session: StoredSession): Buffer {
  const { id, successorNonce } = session;
  if (successorNonce === null) throw new Error(`session ${id} was rotated without a nonce`);
  return successorSecret(presented.secret, successorNonce);
}

function rejected(reason: RefreshRejection): AuthError<'REFRESH_REJECTED'> {
  return new AuthError('REFRESH_REJECTED', MESSAGES[reason], { reason });
}
