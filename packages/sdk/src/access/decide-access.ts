import { headerOf, type RequestHeaders } from '../request/request-token.js';
import { createRequestVerifier, type RequestVerifierOptions } from '../request/verify-request.js';
import type { Session } from '../token/session.js';
import {
  AccessDenied,
  type Denial,
  denialOf,
  originNotAllowed,
  scopeMissing,
  tokenMissing,
} from './denial.js';

export interface AuthgraphOptions extends RequestVerifierOptions {
  /**
   * Origins besides this server's own whose pages may call it, such as `https://app.example.com`.
   */
  readonly origins?: readonly string[];
}

/**
 * What a route asks of a request. `required: false` lets anonymous requests pass; a token that is
 * presented must be valid all the same.
 */
export type SessionNeed =
  | {
      readonly required?: true;
      /** All of them are needed. */
      readonly scopes?: readonly string[];
    }
  | { readonly required: false; readonly scopes?: never };

/** The session that a handler gets: null only where the route lets anonymous requests pass. */
export type SessionFor<Need extends SessionNeed> = Need extends { readonly required: false }
  ? Session | null
  : Session;

export type Decision =
  | { readonly session: Session | null; readonly denial?: never }
  | { readonly denial: Denial; readonly session?: never };

/** What every adapter is made of. It knows no framework and touches no socket. */
export interface Access {
  /**
   * Whether a request may go on. Rejects only for errors that have nothing to do with its token.
   */
  decide(headers: RequestHeaders, need?: SessionNeed): Promise<Decision>;
  /** The CORS headers for an answer to a page of that origin; none when it is not allowed. */
  corsHeaders(origin: string | null | undefined): Record<string, string>;
  /** The same as settings for the frameworks' own CORS middleware. */
  readonly corsOptions: CorsOptions;
}

/** As the `cors` package of Express has them, and with it NestJS, LoopBack and @fastify/cors. */
export interface CorsOptions {
  origin: string[];
  credentials: true;
  allowedHeaders: string[];
  exposedHeaders: string[];
  methods: string[];
  maxAge: number;
}

const CORS = {
  credentials: true,
  allowedHeaders: ['authorization', 'content-type'],
  /** Where the client reads that its token has expired. */
  exposedHeaders: ['www-authenticate'],
  methods: ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'],
  maxAge: 600,
} as const;

/** Makes the decisions for one server. Make one for a process: it holds the caches. */
export function createAccess({ origins = [], ...options }: AuthgraphOptions): Access {
  const verifyRequest = createRequestVerifier(options);
  const allowed = new Set(origins);

  return {
    async decide(headers, need = {}) {
      try {
        const session = await verifyRequest(headers);
        if (session !== null && isCookieFromElsewhere(headers))
          return { denial: originNotAllowed() };
        return checkNeed(session, need);
      } catch (error) {
        const denial = denialOf(error);
        if (denial === undefined) throw error;
        return { denial };
      }
    },

    corsHeaders(origin) {
      if (allowed.size === 0) return {};
      if (!origin || !allowed.has(origin)) return { vary: 'origin' };
      return {
        vary: 'origin',
        'access-control-allow-origin': origin,
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': CORS.allowedHeaders.join(', '),
        'access-control-allow-methods': CORS.methods.join(', '),
        'access-control-expose-headers': CORS.exposedHeaders.join(', '),
        'access-control-max-age': String(CORS.maxAge),
      };
    },

    corsOptions: {
      ...CORS,
      origin: [...allowed],
      allowedHeaders: [...CORS.allowedHeaders],
      exposedHeaders: [...CORS.exposedHeaders],
      methods: [...CORS.methods],
    },
  };

  /**
   * A browser sends cookies for whatever page asks. SameSite=Lax stops other sites, and not a
   * neighbour on the same site.
   */
  function isCookieFromElsewhere(headers: RequestHeaders): boolean {
    const origin = headerOf(headers, 'origin');
    if (origin === undefined || headerOf(headers, 'authorization') !== undefined) return false;
    return !allowed.has(origin) && !isSameHost(origin, headerOf(headers, 'host'));
  }
}

/** The session that `verifySession` found; throws AccessDenied (401) when there is none. */
export function orDenied(session: Session | null | undefined): Session {
  if (session === null || session === undefined) throw new AccessDenied(tokenMissing());
  return session;
}

function checkNeed(
  session: Session | null,
  { required = true, scopes = [] }: SessionNeed,
): Decision {
  // Scopes without a session make no sense: whoever gets around the types finds the door shut.
  if (session === null)
    return required || scopes.length > 0 ? { denial: tokenMissing() } : { session };
  return scopes.every((scope) => session.scopes.includes(scope))
    ? { session }
    : { denial: scopeMissing(scopes) };
}

function isSameHost(origin: string, host: string | undefined): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
