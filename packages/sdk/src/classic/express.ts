import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ACCESS_COOKIE,
  ANTI_CSRF_HEADER,
  accessCookie,
  clearSession,
  type Delivery,
  deliverSession,
  ID_COOKIE,
  ID_HEADER,
  REFRESH_COOKIE,
  readCookie,
} from './cookies.js';
import type { JsonObject } from './core.js';
import {
  CLASSIC_ERRORS,
  type ClassicError,
  isErrorFromAuth,
  type StolenSession,
  tryRefreshToken,
  unauthorised,
} from './errors.js';
import { revokeSessionUsingSessionHandle } from './handles.js';
import { classic } from './instance.js';
import type { SessionInfo } from './sessions.js';

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

/** The four kinds of error, and how to tell that one is of this module. */
const errorTypes = { ...CLASSIC_ERRORS, isErrorFromAuth };

export { errorTypes as Error };

/** The session of a request. */
export class Session {
  readonly #info: SessionInfo;
  readonly #response: ServerResponse;

  /** Made by `createNewSession`, `getSession` and `refreshSession`. */
  constructor(info: SessionInfo, response: ServerResponse) {
    this.#info = info;
    this.#response = response;
  }

  getUserId(): string {
    return this.#info.userId;
  }

  getHandle(): string {
    return this.#info.handle;
  }

  /** What the access token carries of the application's. */
  getJWTPayload(): JsonObject {
    return this.#info.jwtPayload;
  }

  /** What is kept with the session. Rejects with UNAUTHORISED when it is over, GENERAL_ERROR. */
  async getSessionData(): Promise<JsonObject> {
    return this.#orCleared(() => classic().sessions.data(this.#info.handle));
  }

  /** Replaces it. Rejects with UNAUTHORISED when the session is over, and GENERAL_ERROR. */
  async updateSessionData(data: JsonObject): Promise<void> {
    await this.#orCleared(() => classic().sessions.updateData(this.#info.handle, data));
  }

  /** Signs out: ends the session, and takes its cookies away. Rejects with GENERAL_ERROR. */
  async revokeSession(): Promise<void> {
    await revokeSessionUsingSessionHandle(this.#info.handle);
    deliver(this.#response, clearSession(classic().config));
  }

  async #orCleared<Result>(work: () => Promise<Result>): Promise<Result> {
    return work().catch((error: unknown) => clearedFor(this.#response, error));
  }
}

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

type Next = (error?: unknown) => void;

/** What clients of that time take for "refresh, or sign in". */
const SESSION_EXPIRED = 440;

/**
 * Express's error middleware: answers 440 to errors of sessions, ends a session whose token was
 * stolen, and passes on everything else.
 *
 * @example
 * ```ts
 * import { errorHandler } from '@authgraph/sdk/classic/express';
 * import express from 'express';
 *
 * const app = express();
 * app.use(errorHandler()); // after the routes
 * ```
 */
export function errorHandler() {
  return (
    error: unknown,
    _request: IncomingMessage,
    response: ServerResponse,
    next: Next,
  ): void => {
    if (!isErrorFromAuth(error) || response.headersSent) {
      next(error);
      return;
    }
    answerError(response, error).then((isAnswered) => {
      if (!isAnswered) next(error);
    }, next);
  };
}

/**
 * The same for servers without Express: resolves to true when it has answered, and to false for a
 * GENERAL_ERROR.
 *
 * @example
 * ```ts
 * import { createServer } from 'node:http';
 * import * as SuperTokens from '@authgraph/sdk/classic/express';
 *
 * createServer(async (request, response) => {
 *   try {
 *     const session = await SuperTokens.getSession(request, response, false);
 *     response.end(session.getUserId());
 *   } catch (error) {
 *     const isOurs = SuperTokens.Error.isErrorFromAuth(error);
 *     if (isOurs && (await SuperTokens.answerError(response, error))) return;
 *     response.statusCode = 500;
 *     response.end();
 *   }
 * });
 * ```
 */
export async function answerError(response: ServerResponse, error: ClassicError): Promise<boolean> {
  const { errType } = error;
  if (errType === CLASSIC_ERRORS.GENERAL_ERROR) return false;
  if (errType === CLASSIC_ERRORS.UNAUTHORISED_AND_TOKEN_THEFT_DETECTED) {
    const { sessionHandle } = error.err as StolenSession; // what this kind of error carries
    await revokeSessionUsingSessionHandle(sessionHandle);
  }
  response.statusCode = SESSION_EXPIRED;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(errType === CLASSIC_ERRORS.TRY_REFRESH_TOKEN ? 'try refresh token' : 'unauthorised');
  return true;
}

function antiCsrfOf({ headers }: IncomingMessage): string | undefined {
  const value = headers[ANTI_CSRF_HEADER];
  return typeof value === 'string' ? value : undefined;
}

function deliver(response: ServerResponse, { cookies, headers }: Delivery): void {
  response.appendHeader('Set-Cookie', [...cookies]);
  const names = Object.keys(headers);
  for (const name of names) response.setHeader(name, headers[name] ?? '');
  // A page of another origin could not read them else.
  if (names.length > 0) {
    response.setHeader('Access-Control-Expose-Headers', `${ID_HEADER}, ${ANTI_CSRF_HEADER}`);
  }
}

/** Rejects with the error; without cookies, where it says that the session is over. */
function clearedFor(response: ServerResponse, error: unknown): never {
  const isOver =
    isErrorFromAuth(error) &&
    (error.errType === CLASSIC_ERRORS.UNAUTHORISED ||
      error.errType === CLASSIC_ERRORS.UNAUTHORISED_AND_TOKEN_THEFT_DETECTED);
  if (isOver) deliver(response, clearSession(classic().config));
  throw error;
}
