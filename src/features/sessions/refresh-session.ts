import type { Services } from '../../app/services.js';
import { AuthError, type RefreshRejection } from '../../kernel/auth-error.js';
import { scopesOf } from '../roles/role-scopes.policy.js';
import { judgeRefreshToken } from './refresh.policy.js';
import { hashSecret, type RefreshToken, successorSecret } from './refresh-token.js';
import type { Device, IssuedSession } from './session-issuer.js';
import { endSessions, findSession, rotate, type StoredSession } from './session-store.js';

const NONCE_BYTES = 32;

const MESSAGES: Record<RefreshRejection, string> = {
  MISSING: 'There is no refresh token in the input or the cookies.',
  MALFORMED: 'This is not a refresh token of this service.',
  EXPIRED: 'The session has expired. Sign in again.',
  REVOKED: 'The session was ended. Sign in again.',
  REUSED: 'This refresh token was used before, so the session has been ended. Sign in again.',
};

/** Trades a refresh token for a new pair. Rejects with REFRESH_REJECTED and the reason. */
export async function refreshSession(
  services: Services,
  refreshToken: string | undefined,
  device: Device,
): Promise<IssuedSession> {
  if (refreshToken === undefined) throw rejected('MISSING');
  const presented = services.refreshTokens.read(refreshToken);
  if (presented === undefined) throw rejected('MALFORMED');
  const rotated = await rotatePresented(services, presented, device);
  return rotated ?? answerSpent(services, presented);
}

/** The usual case: the token is the current one, and one statement spends it. */
async function rotatePresented(
  services: Services,
  presented: RefreshToken,
  device: Device,
): Promise<IssuedSession | undefined> {
  const nonce = services.randomness(NONCE_BYTES);
  const successor = successorSecret(presented.secret, nonce);
  const now = services.clock.now();
  const session = await rotate(services.database, {
    realmId: services.realmId,
    sessionId: presented.sessionId,
    generation: presented.generation,
    presentedHash: hashSecret(presented.secret),
    successorHash: hashSecret(successor),
    successorNonce: nonce,
    now,
    idleExpiresAt: services.sessions.idleExpiry(now),
    ...device,
  });
  return session && services.sessions.renew(session, scopesOf(session.roles), successor);
}

async function answerSpent(services: Services, presented: RefreshToken): Promise<IssuedSession> {
  const session = await findSession(services.database.em(), services.realmId, presented.sessionId);
  if (session === undefined) throw rejected('REVOKED');
  switch (
    judgeRefreshToken(presented, session, services.clock.now(), services.refreshGraceSeconds)
  ) {
    case 'within-grace':
      return services.sessions.renew(
        session,
        scopesOf(session.roles),
        successorOf(presented, session),
      );
    case 'reused':
      await endStolen(services, session);
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

function successorOf(presented: RefreshToken, session: StoredSession): Buffer {
  if (session.successorNonce === null)
    throw new Error(`session ${session.id} was rotated without a nonce`);
  return successorSecret(presented.secret, session.successorNonce);
}

/** A copy of the token is in other hands (RFC 9700 section 4.14.2): commits the session's end before the call fails. */
async function endStolen(services: Services, session: StoredSession): Promise<void> {
  const ended = await endSessions(
    services.database.em(),
    services.realmId,
    { id: session.id },
    'refresh_token_reused',
    services.clock.now(),
  );
  services.log.warn(
    { event: 'refresh_token_reused', sessionId: session.id, userId: session.userId },
    'A spent refresh token was used again; the session is ended',
  );
  await services.endedSessions.announce(ended);
}

function rejected(reason: RefreshRejection): AuthError<'REFRESH_REJECTED'> {
  return new AuthError('REFRESH_REJECTED', MESSAGES[reason], { reason });
}
