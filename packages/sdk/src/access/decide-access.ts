import type { RequestTarget } from '../request/check-binding.js';
import { warnOncePerCause } from '../request/denied-request.js';
import { repeatedHeader } from '../request/repeated-header.js';
import type { RequestHeaders } from '../request/request-token.js';
import type { RequestVerifierOptions } from '../request/verifier-options.js';
import { reportingVerifier } from '../request/verify-request.js';
import type { Session } from '../token/session.js';
import {
  AccessDenied,
  type Denial,
  denialOf,
  headerRepeated,
  scopeMissing,
  tokenMissing,
} from './denial.js';

/** What every adapter's `authgraph()` takes. */
export type AuthgraphOptions = RequestVerifierOptions;

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

/** Where there is no denial, the session is what the need says. */
export type Decision<Need extends SessionNeed = SessionNeed> =
  | { readonly session: SessionFor<Need>; readonly denial?: undefined }
  | { readonly denial: Denial; readonly session?: undefined };

/** What counts of a request: web `Request` and node:http's fit. */
export interface RequestHead extends RequestTarget {
  readonly headers: RequestHeaders;
  /** Names and values in turn, as node:http reads them: only here a header can come twice. */
  readonly rawHeaders?: readonly string[];
}

/** What every adapter is made of. It knows no framework and touches no socket. */
export interface Access {
  /**
   * Whether a request may go on. Rejects only for errors that have nothing to do with its token.
   */
  decide<const Need extends SessionNeed = { readonly required: true }>(
    request: RequestHead,
    need?: Need,
  ): Promise<Decision<Need>>;
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
  allowedHeaders: ['authorization', 'content-type', 'dpop'],
  /** Where the client reads that its token has expired, or that its proof needs a nonce. */
  exposedHeaders: ['www-authenticate', 'dpop-nonce'],
  methods: ['GET', 'HEAD', 'PUT', 'PATCH', 'POST', 'DELETE'],
  maxAge: 600,
} as const;

/**
 * Makes the decisions for one server. Make one for a process: it holds the caches.
 *
 * @example
 * ```ts
 * import { createAccess } from '@authgraph/sdk';
 *
 * const issuer = 'https://auth.example.com';
 * const access = createAccess({ issuer, audience: issuer });
 * export async function me(request: Request): Promise<Response> {
 *   const { session, denial } = await access.decide(request);
 *   if (denial === undefined) return Response.json(session?.userId);
 *   const { status, headers } = denial;
 *   return new Response(JSON.stringify(denial.body), { status, headers });
 * }
 * ```
 */
export function createAccess(options: AuthgraphOptions): Access {
  const { origins = [], onDenied = warnOncePerCause() } = options;
  const verifyRequest = reportingVerifier({ ...options, onDenied });
  const allowed = new Set(origins);

  return {
    async decide<Need extends SessionNeed>(request: RequestHead, need?: Need) {
      const { headers, rawHeaders = [] } = request;
      const repeated = repeatedHeader(rawHeaders);
      if (repeated !== undefined) return reported(headerRepeated(repeated));
      try {
        const session = await verifyRequest(headers, request);
        const denial = unmetNeed(session, need);
        // It is null only where the need allows it, which is what SessionFor says.
        return denial === undefined ? { session: session as SessionFor<Need> } : reported(denial);
      } catch (error) {
        const denial = denialOf(error); // which the verifier has reported
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

  function reported(denial: Denial): { denial: Denial } {
    const { reason, message } = denial.body.error;
    onDenied({ reason, message });
    return { denial };
  }
}

/** The session that `verifySession` found; throws AccessDenied (401) when there is none. */
export function orDenied(session: Session | null | undefined): Session {
  if (session === null || session === undefined) throw new AccessDenied(tokenMissing());
  return session;
}

function unmetNeed(
  session: Session | null,
  { required = true, scopes = [] }: SessionNeed = {},
): Denial | undefined {
  // Scopes without a session make no sense: JavaScript that asks for that is refused.
  if (session === null) return required || scopes.length > 0 ? tokenMissing() : undefined;
  return scopes.every((scope) => session.scopes.includes(scope)) ? undefined : scopeMissing(scopes);
}
