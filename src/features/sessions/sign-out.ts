import type { Services } from '../../app/services.js';
import { judgeRefreshToken } from './refresh.policy.js';
import { endSessions, findSession, type SessionsToEnd } from './session-store.js';

export interface SignOutRequest {
  /** Taken before `session`: what the caller names outright wins. */
  readonly refreshToken?: string | undefined;
  /** The session behind the request's access token, if that is valid. */
  readonly session?: { readonly sessionId: string; readonly userId: string } | undefined;
  readonly everywhere: boolean;
}

/** Ends the caller's session, or all of the user's. Resolves to how many it ended; none is not an error. */
export async function signOut(services: Services, request: SignOutRequest): Promise<number> {
  const which = await sessionsOf(services, request);
  if (which === undefined) return 0;
  const ended = await endSessions(
    services.database.em(),
    services.realmId,
    which,
    'signed_out',
    services.clock.now(),
  );
  await services.endedSessions.announce(ended);
  return ended.length;
}

async function sessionsOf(
  services: Services,
  request: SignOutRequest,
): Promise<SessionsToEnd | undefined> {
  if (request.refreshToken !== undefined)
    return sessionsOfToken(services, request.refreshToken, request.everywhere);
  if (request.session === undefined) return undefined;
  return request.everywhere
    ? { user: { id: request.session.userId } }
    : { id: request.session.sessionId };
}

async function sessionsOfToken(
  services: Services,
  text: string,
  everywhere: boolean,
): Promise<SessionsToEnd | undefined> {
  const token = services.refreshTokens.read(text);
  const session =
    token && (await findSession(services.database.em(), services.realmId, token.sessionId));
  if (session === undefined || token === undefined) return undefined;
  const presented = judgeRefreshToken(
    token,
    session,
    services.clock.now(),
    services.refreshGraceSeconds,
  );
  if (presented === 'forged') return undefined;
  // A token that was spent long ago may be a thief's: it can end its own session, never the others.
  const holdsSession = presented === 'current' || presented === 'within-grace';
  return everywhere && holdsSession ? { user: { id: session.userId } } : { id: session.id };
}
