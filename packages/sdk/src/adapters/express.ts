import {
  type AuthgraphOptions,
  type CorsOptions,
  createAccess,
  orDenied,
  type SessionNeed,
} from '../access/decide-access.js';
import { denialOf } from '../access/denial.js';
import {
  placedSession,
  placeSession,
  type RequestSessionOptions,
} from '../access/request-session.js';
import type { Session } from '../token/session.js';
import { type IncomingMessage, type ServerResponse, sendDenial } from './node-http.js';

export type * from './public-types.js';

declare global {
  namespace Express {
    interface Request {
      /**
       * What `verifySession` of authgraph found: null for an anonymous request, absent where it did
       * not run.
       */
      session?: Session | null;
    }
  }
}

type Next = (error?: unknown) => void;
type Middleware = (request: IncomingMessage, response: ServerResponse, next: Next) => Promise<void>;
type ErrorMiddleware = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: Next,
) => void;

export interface ExpressAuthgraph {
  /** Middleware: puts the session on the request, or answers 401, 403 or 503. */
  verifySession(need?: SessionNeed): Middleware;
  /**
   * The session that `verifySession` put on the request; throws a 401 for `errorHandler` when there
   * is none.
   */
  requireSession(request: IncomingMessage): Session;
  /**
   * Answers the errors of authgraph and passes on all others: `app.use(errorHandler)` after the
   * routes.
   */
  readonly errorHandler: ErrorMiddleware;
  /** For the `cors` package. */
  readonly corsOptions: CorsOptions;
}

/**
 * authgraph for Express 4 and 5, and for any server with middleware of the form `(request,
 * response, next)`.
 *
 * @example
 * ```ts
 * import { authgraph } from '@authgraph/sdk/express';
 * import express from 'express';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession, requireSession, errorHandler } = authgraph({ issuer, audience: issuer });
 * const app = express();
 * app.get('/me', verifySession(), (req, res) => void res.json(requireSession(req).userId));
 * app.use(errorHandler);
 * ```
 */
export function authgraph({
  sessionProperty = 'session',
  ...options
}: AuthgraphOptions & RequestSessionOptions): ExpressAuthgraph {
  const access = createAccess(options);
  return {
    verifySession: (need) => async (request, response, next) => {
      try {
        const { session, denial } = await access.decide(request, need);
        if (denial !== undefined) return sendDenial(response, denial);
        placeSession(request, sessionProperty, session);
      } catch (error) {
        return next(error); // Express 4 looks at no promise
      }
      next();
    },
    requireSession: (request) => orDenied(placedSession(request, sessionProperty)),
    errorHandler: (error, _request, response, next) => {
      const denial = denialOf(error);
      if (denial === undefined || response.headersSent) return next(error);
      sendDenial(response, denial);
    },
    corsOptions: access.corsOptions,
  };
}
