import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ACCESS_COOKIE,
  ANTI_CSRF_HEADER,
  accessCookie,
  deliverSession,
  ID_COOKIE,
  REFRESH_COOKIE,
  readCookie,
} from './cookies.js';
import type { JsonObject } from './core.js';
import { CLASSIC_ERRORS, isErrorFromAuth, tryRefreshToken, unauthorised } from './errors.js';
import { clearedFor, deliver } from './express-answer.js';
import { Session } from './express-session.js';
import { classic } from './instance.js';

export type { JsonObject } from './core.js';
export type { ClassicError, ClassicErrorType, StolenSession } from './errors.js';
export { answerError, errorHandler } from './express-errors.js';
export { Session } from './express-session.js';
export {
  getAllSessionHandlesForUser,
  getSessionData,
  revokeAllSessionsForUser,
  revokeSessionUsingSessionHandle,
  updateSessionData,
} from './handles.js';
export { type ClassicConfig, init } from './instance.js';

/** The four kinds of error, and how to tell that one is of this module. */
const errorTypes = { ...CLASSIC_ERRORS, isErrorFromAuth };

export { errorTypes as Error };

/**
 * Makes a session for whomever the application has signed in, and sets its cookies and headers.
 * Rejects with GENERAL_ERROR. For Express, and for any server on node:http.
 *
 * @example
 * ```ts
 * import * as SuperTokens from '@authgraph/sdk/classic/express';
 * import express from 'express';
 *
 * await SuperTokens.init({ connectionURI: 'http://localhost:3567' });
 * const app = express();
 * app.post('/login', async (req, res) => {
 *   await SuperTokens.createNewSession(res, 'user-1', { role: 'reader' }, {});
 *   res.send('signed in');
 * });
 * app.get('/me', async (req, res) => {
 *   const session = await SuperTokens.getSession(req, res, false);
 *   res.send(session.getUserId());
 * });
 * app.post('/refresh', async (req, res) => {
 *   await SuperTokens.refreshSession(req, res);
 *   res.send('');
 * });
 * app.use(SuperTokens.errorHandler());
 * ```
 */
export async function createNewSession(
  response: ServerResponse,
  userId: string,
  jwtPayload: JsonObject = {},
  sessionData: JsonObject = {},
): Promise<Session> {
  const { sessions, config } = classic();
  const made = await sessions.create(userId, jwtPayload, sessionData);
  deliver(response, deliverSession(made, config));
  return new Session(made.session, response);
}

/**
 * The session of a request. `enableCsrfProtection` for requests that change something: they have
 * to bring the header `anti-csrf`. Rejects with TRY_REFRESH_TOKEN; with UNAUTHORISED, and without
 * cookies then; and with GENERAL_ERROR.
 */
export async function getSession(
  request: IncomingMessage,
  response: ServerResponse,
  enableCsrfProtection: boolean,
): Promise<Session> {
  const { sessions, config } = classic();
  const cookies = request.headers.cookie;
  if (readCookie(cookies, ID_COOKIE) === undefined) {
    return clearedFor(response, unauthorised('There is no session.'));
  }
  const accessToken = readCookie(cookies, ACCESS_COOKIE);
  if (accessToken === undefined) throw tryRefreshToken('The access token has expired.');
  const antiCsrf = enableCsrfProtection ? (antiCsrfOf(request) ?? '') : null;
  const found = await sessions
    .get(accessToken, antiCsrf)
    .catch((error: unknown) => clearedFor(response, error));
  const { session, newAccessToken } = found;
  if (newAccessToken !== undefined) {
    deliver(response, { cookies: [accessCookie(newAccessToken, config)], headers: {} });
  }
  return new Session(session, response);
}

/**
 * New tokens for those of the request, in its cookies and headers: for a POST route that does
 * nothing else. Rejects with UNAUTHORISED and UNAUTHORISED_AND_TOKEN_THEFT_DETECTED, and without
 * cookies then, and with GENERAL_ERROR.
 */
export async function refreshSession(
  request: IncomingMessage,
  response: ServerResponse,
): Promise<Session> {
  const { sessions, config } = classic();
  const refreshToken = readCookie(request.headers.cookie, REFRESH_COOKIE);
  if (refreshToken === undefined) {
    return clearedFor(response, unauthorised('There is no refresh token.'));
  }
  const renewed = await sessions
    .refresh(refreshToken, antiCsrfOf(request))
    .catch((error: unknown) => clearedFor(response, error));
  deliver(response, deliverSession(renewed, config));
  return new Session(renewed.session, response);
}

/**
 * For a route's OPTIONS: which headers pages of other origins may send.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import { setRelevantHeadersForOptionsAPI } from '@authgraph/sdk/classic/express';
 *
 * createServer((request, response) => {
 *   if (request.method === 'OPTIONS') setRelevantHeadersForOptionsAPI(response);
 *   response.end();
 * });
 * ```
 */
export function setRelevantHeadersForOptionsAPI(response: ServerResponse): void {
  response.appendHeader('Access-Control-Allow-Headers', ANTI_CSRF_HEADER);
  response.setHeader('Access-Control-Allow-Credentials', 'true');
}

function antiCsrfOf({ headers }: IncomingMessage): string | undefined {
  const value = headers[ANTI_CSRF_HEADER];
  return typeof value === 'string' ? value : undefined;
}
