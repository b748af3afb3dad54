import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  CLASSIC_ERRORS,
  type ClassicError,
  isErrorFromAuth,
  type StolenSession,
} from './errors.js';
import { revokeSessionUsingSessionHandle } from './handles.js';

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
