import type { JsonObject } from './core.js';
import { CLASSIC_ERRORS, isErrorFromAuth } from './errors.js';
import { classic } from './instance.js';
import type { FoundSession, NewSession } from './sessions.js';

export type { JsonObject } from './core.js';
export type { ClassicError, ClassicErrorType, StolenSession } from './errors.js';
export {
  getAllSessionHandlesForUser,
  getSessionData,
  revokeAllSessionsForUser,
  revokeSessionUsingSessionHandle,
  updateSessionData,
} from './handles.js';
export { type ClassicConfig, init } from './instance.js';
export type { FoundSession, NewSession, SessionInfo, Token } from './sessions.js';

/** The four kinds of error, and how to tell that one is of this module. */
const errorTypes = { ...CLASSIC_ERRORS, isErrorFromAuth };

export { errorTypes as Error };

/**
 * Makes a session for whomever the application has signed in, and hands out its tokens: deliver
 * them as cookies of your own making. Rejects with GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import * as SuperTokens from '@authgraph/sdk/classic';
 *
 * await SuperTokens.init({ connectionURI: 'http://localhost:3567' });
 * const { accessToken } = await SuperTokens.createNewSession('user-1', { plan: 'free' });
 * console.log(accessToken.value);
 * ```
 */
export async function createNewSession(
  userId: string,
  jwtPayload: JsonObject = {},
  sessionData: JsonObject = {},
): Promise<NewSession> {
  return classic().sessions.create(userId, jwtPayload, sessionData);
}

/**
 * Whose session an access token is of. `antiCsrfToken` is that of the request, undefined where it
 * has none, and null where it need not have one. Rejects with TRY_REFRESH_TOKEN, UNAUTHORISED and
 * GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import * as SuperTokens from '@authgraph/sdk/classic';
 *
 * export async function userOf(accessToken: string, antiCsrfToken: string | undefined) {
 *   const { session, newAccessToken } = await SuperTokens.getSession(accessToken, antiCsrfToken);
 *   return { userId: session.userId, cookieToSet: newAccessToken?.value };
 * }
 * ```
 */
export async function getSession(
  accessToken: string,
  antiCsrfToken: string | null | undefined,
): Promise<FoundSession> {
  return classic().sessions.get(accessToken, antiCsrfToken === undefined ? '' : antiCsrfToken);
}

/**
 * Trades a refresh token for new tokens. `antiCsrfToken` is checked where it is on. Rejects with
 * UNAUTHORISED, UNAUTHORISED_AND_TOKEN_THEFT_DETECTED and GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import * as SuperTokens from '@authgraph/sdk/classic';
 *
 * export async function renew(refreshToken: string) {
 *   try {
 *     return await SuperTokens.refreshSession(refreshToken);
 *   } catch (error) {
 *     if (!SuperTokens.Error.isErrorFromAuth(error)) throw error;
 *     return undefined; // to the sign-in
 *   }
 * }
 * ```
 */
export async function refreshSession(
  refreshToken: string,
  antiCsrfToken?: string,
): Promise<{
  readonly session: NewSession['session'];
  readonly newAccessToken: NewSession['accessToken'];
  readonly newRefreshToken: NewSession['refreshToken'];
  readonly newIdRefreshToken: NewSession['idRefreshToken'];
  readonly newAntiCsrfToken: string | undefined;
}> {
  const renewed = await classic().sessions.refresh(refreshToken, antiCsrfToken);
  return {
    session: renewed.session,
    newAccessToken: renewed.accessToken,
    newRefreshToken: renewed.refreshToken,
    newIdRefreshToken: renewed.idRefreshToken,
    newAntiCsrfToken: renewed.antiCsrfToken,
  };
}
