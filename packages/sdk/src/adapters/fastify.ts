import type { FastifyReply, FastifyRequest } from 'fastify';
import {
  type AuthgraphOptions,
  type CorsOptions,
  createAccess,
  orDenied,
  type SessionNeed,
} from '../access/decide-access.js';
import { type Denial, denialOf } from '../access/denial.js';
import {
  placedSession,
  placeSession,
  type RequestSessionOptions,
} from '../access/request-session.js';
import type { Session } from '../token/session.js';

export type * from './public-types.js';

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * What `verifySession` of authgraph found: null for an anonymous request, absent where it did
     * not run.
     */
    session?: Session | null;
  }
}

export interface FastifyAuthgraph {
  /**
   * A hook for `onRequest`: puts the session on the request, or answers 401, 403 or 503 before the
   * body is read.
   */
  verifySession(
    need?: SessionNeed,
  ): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;
  /**
   * The session that `verifySession` put on the request; throws a 401 for `errorHandler` when there
   * is none.
   */
  requireSession(request: FastifyRequest): Session;
  /**
   * Answers the errors of authgraph and leaves all others to Fastify:
   * `app.setErrorHandler(errorHandler)`.
   */
  readonly errorHandler: (error: unknown, request: FastifyRequest, reply: FastifyReply) => unknown;
  /** For `@fastify/cors`. */
  readonly corsOptions: CorsOptions;
}

/**
 * authgraph for Fastify.
 *
 * @example
 * ```ts
 * import { authgraph } from '@authgraph/sdk/fastify';
 * import fastify from 'fastify';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession, requireSession, errorHandler } = authgraph({ issuer, audience: issuer });
 * const app = fastify();
 * app.setErrorHandler(errorHandler);
 * const onRequest = verifySession();
 * app.get('/me', { onRequest }, async (request) => requireSession(request).userId);
 * ```
 */
export function authgraph({
  sessionProperty = 'session',
  ...options
}: AuthgraphOptions & RequestSessionOptions): FastifyAuthgraph {
  const access = createAccess(options);
  return {
    verifySession: (need) => async (request, reply) => {
      const { session, denial } = await access.decide(request.raw, need);
      if (denial !== undefined) return answer(reply, denial);
      placeSession(request, sessionProperty, session);
    },
    requireSession: (request) => orDenied(placedSession(request, sessionProperty)),
    errorHandler: (error, _request, reply) => {
      const denial = denialOf(error);
      if (denial === undefined) throw error; // Fastify hands it to the handler around this one
      return answer(reply, denial);
    },
    corsOptions: access.corsOptions,
  };
}

function answer(reply: FastifyReply, { status, headers, body }: Denial): FastifyReply {
  return reply.code(status).headers(headers).send(body);
}
