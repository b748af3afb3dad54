import { AuthError } from '../../kernel/auth-error.js';
import type { Clock } from '../../kernel/clock.js';
import type { Log } from '../../kernel/log.js';
import type { Randomness } from '../../kernel/randomness.js';
import type { Realm } from '../../kernel/realm.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import type { Device } from '../../platform/graphql/context.js';
import { scopesOf } from '../roles/index.js';
import { endSessions } from './ended-session.store.js';
import type { EndedSessions } from './ended-sessions.js';
import { judgeRefreshToken } from './refresh.policy.js';
import {
  hashSecret,
  type RefreshToken,
  type RefreshTokenFormat,
  successorSecret,
} from './refresh-token.js';
import { findSession, rotate, type StoredSession } from './session.store.js';
import type { RefreshRejection } from './session-errors.js';
import type { IssuedSession, SessionIssuer } from './session-issuer.js';
import { SESSION_SETTINGS } from './session-settings.js';

const NONCE_BYTES = 32;

const MESSAGES: Record<RefreshRejection, string> = {
  MISSING: 'There is no refresh token in the input or the cookies.',
  MALFORMED: 'This is not a refresh token of this service.',
  EXPIRED: 'The session has expired. Sign in again.',
  REVOKED: 'The session was ended. Sign in again.',
  REUSED: 'This refresh token was used before, so the session has been ended. Sign in again.',
};

export interface RefreshDeps {
  readonly sql: SqlExecutor;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly log: Log;
  readonly refreshTokens: RefreshTokenFormat;
  readonly issuer: SessionIssuer;
  readonly endedSessions: EndedSessions;
}

/** Trades a refresh token for a new pair. Rejects with REFRESH_REJECTED and the reason. */
export class RefreshSession {
  readonly #deps: RefreshDeps;

  constructor(deps: RefreshDeps) {
    this.#deps = deps;
  }

  async run(realm: Realm, token: string | undefined, device: Device): Promise<IssuedSession> {
    if (token === undefined) throw rejected('MISSING');
    const presented = this.#deps.refreshTokens.read(realm, token);
    if (presented === undefined) throw rejected('MALFORMED');
    const rotated = await this.#rotate(realm, presented, device);
    return rotated ?? this.#answerSpent(realm, presented);
  }

  /** The usual case: the token is the current one, and one statement spends it. */
  async #rotate(
    realm: Realm,
    presented: RefreshToken,
    device: Device,
  ): Promise<IssuedSession | undefined> {
    const { sql, clock, randomness, issuer } = this.#deps;
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
      ...device,
    });
    return session && issuer.renew(realm, session, scopesOf(session.roles), successor);
  }

  async #answerSpent(realm: Realm, presented: RefreshToken): Promise<IssuedSession> {
    const { sql, clock, issuer } = this.#deps;
    const session = await findSession(sql, realm, presented.sessionId);
    if (session === undefined) throw rejected('REVOKED');
    const { refreshGrace } = SESSION_SETTINGS.of(realm);
    switch (judgeRefreshToken(presented, session, clock.now(), refreshGrace)) {
      case 'within-grace': {
        const successor = successorOf(presented, session);
        return issuer.renew(realm, session, scopesOf(session.roles), successor);
      }
      case 'reused':
        await this.#endStolen(realm, session);
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
  async #endStolen(realm: Realm, session: StoredSession): Promise<void> {
    const { sql, clock, log, endedSessions } = this.#deps;
    const which = { id: session.id };
    const ended = await endSessions(sql, realm, which, 'refresh_token_reused', clock.now());
    const { id: sessionId, userId } = session;
    log.warn(
      { event: 'refresh_token_reused', realmId: realm.id, sessionId, userId },
      'A spent refresh token was used again; the session is ended',
    );
    await endedSessions.announce(realm, ended);
  }
}

function successorOf(presented: RefreshToken, session: StoredSession): Buffer {
  const { id, successorNonce } = session;
  if (successorNonce === null) throw new Error(`session ${id} was rotated without a nonce`);
  return successorSecret(presented.secret, successorNonce);
}

function rejected(reason: RefreshRejection): AuthError<'REFRESH_REJECTED'> {
  return new AuthError('REFRESH_REJECTED', MESSAGES[reason], { reason });
}
