import {
  type AuthgraphOptions,
  type CorsOptions,
  createAccess,
  type SessionNeed,
} from '../access/decide-access.js';
import { denialOf } from '../access/denial.js';
import { type IncomingMessage, type ServerResponse, sendDenial } from './node-http.js';

export type * from './public-types.js';

/** The binding key of the session: `@inject(SESSION) session: Session` on a controller's method. */
export const SESSION = 'authgraph.session';

/**
 * Where LoopBack's own `MiddlewareBindings.CONTEXT` finds the request, for middleware and
 * interceptors alike.
 */
const HTTP_CONTEXT = 'middleware.http.context';

/** The parts of LoopBack that this needs, of any version of it. */
export interface LoopBackContext {
  get<Value>(key: string): Promise<Value>;
}

interface HttpContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  bind(key: string): { to(value: unknown): unknown };
}

/**
 * Fits `Middleware` and `Interceptor`. To LoopBack the response as a result means that it was
 * written.
 */
type Interceptor = (context: LoopBackContext, next: () => unknown) => Promise<unknown>;

export interface LoopBackAuthgraph {
  /**
   * For one route `@intercept(verifySession())` on the controller or its method, for all
   * `app.middleware(verifySession())`: binds the session to the request's context as `SESSION`, or
   * answers 401, 403 or 503.
   */
  verifySession(need?: SessionNeed): Interceptor;
  /**
   * Middleware that answers the errors of authgraph and lets all others through:
   * `app.middleware(errorHandler)`.
   */
  readonly errorHandler: Interceptor;
  /** For the `rest.cors` setting. */
  readonly corsOptions: CorsOptions;
}

/**
 * authgraph for LoopBack 4.
 *
 * @example
 * ```ts
 * import { inject, intercept } from '@loopback/core';
 * import { get } from '@loopback/rest';
 * import { authgraph, SESSION, type Session } from '@authgraph/sdk/loopback';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession } = authgraph({ issuer, audience: issuer });
 * export class AccountController {
 *   @intercept(verifySession())
 *   @get('/me')
 *   me(@inject(SESSION) session: Session) {
 *     return { userId: session.userId };
 *   }
 * }
 * ```
 */
export function authgraph(options: AuthgraphOptions): LoopBackAuthgraph {
  const access = createAccess(options);
  return {
    verifySession: (need) => async (context, next) => {
      const http = await context.get<HttpContext>(HTTP_CONTEXT);
      const { session, denial } = await access.decide(http.request, need);
      if (denial === undefined) {
        http.bind(SESSION).to(session);
        return next();
      }
      sendDenial(http.response, denial);
      return http.response;
    },
    errorHandler: async (context, next) => {
      try {
        return await next();
      } catch (error) {
        const denial = denialOf(error);
        if (denial === undefined) throw error;
        const { response } = await context.get<HttpContext>(HTTP_CONTEXT);
        sendDenial(response, denial);
        return response;
      }
    },
    corsOptions: access.corsOptions,
  };
}
