import type {} from 'koa';
import {
  type AuthgraphOptions,
  type CorsOptions,
  createAccess,
  orDenied,
  type RequestHead,
  type SessionNeed,
} from '../access/decide-access.js';
import { type Denial, denialOf } from '../access/denial.js';
import type { Session } from '../token/session.js';

export type * from './public-types.js';

declare module 'koa' {
  interface DefaultState {
    /**
     * What `verifySession` of authgraph found: null for an anonymous request, absent where it did
     * not run.
     */
    session?: Session | null;
  }
}

/** The part of Koa's context that this needs, of any Koa. */
export interface KoaContext {
  readonly req: RequestHead;
  /**
   * Where Koa wants middleware to leave things for the middleware after it; `ctx.session` belongs
   * to koa-session.
   */
  readonly state: { session?: Session | null };
  status: number;
  body: unknown;
  set(headers: { [name: string]: string }): void;
}

type Middleware = (ctx: KoaContext, next: () => Promise<unknown>) => Promise<void>;

export interface KoaAuthgraph {
  /** Middleware: puts the session on `ctx.state.session`, or answers 401, 403 or 503. */
  verifySession(need?: SessionNeed): Middleware;
  /**
   * The session that `verifySession` put on the context; throws a 401 for `errorHandler` when there
   * is none.
   */
  requireSession(ctx: Pick<KoaContext, 'state'>): Session;
  /**
   * Answers the errors of authgraph and lets all others through: `app.use(errorHandler)` before the
   * rest.
   */
  readonly errorHandler: Middleware;
  /** For `@koa/cors`. */
  readonly corsOptions: KoaCorsOptions;
}

export interface KoaCorsOptions {
  origin: (ctx: { get(header: string): string }) => string;
  credentials: true;
  allowHeaders: string[];
  exposeHeaders: string[];
  allowMethods: string[];
  maxAge: number;
}

/**
 * authgraph for Koa.
 *
 * @example
 * ```ts
 * import { authgraph } from '@authgraph/sdk/koa';
 * import Koa from 'koa';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession, requireSession, errorHandler } = authgraph({ issuer, audience: issuer });
 * const app = new Koa().use(errorHandler).use(verifySession());
 * app.use((ctx) => {
 *   ctx.body = requireSession(ctx).userId;
 * });
 * ```
 */
export function authgraph(options: AuthgraphOptions): KoaAuthgraph {
  const access = createAccess(options);
  return {
    verifySession: (need) => async (ctx, next) => {
      const { session, denial } = await access.decide(ctx.req, need);
      if (denial !== undefined) return answer(ctx, denial);
      ctx.state.session = session;
      await next();
    },
    requireSession: (ctx) => orDenied(ctx.state.session),
    errorHandler: async (ctx, next) => {
      try {
        await next();
      } catch (error) {
        const denial = denialOf(error);
        if (denial === undefined) throw error;
        answer(ctx, denial);
      }
    },
    corsOptions: koaCorsOptions(access.corsOptions),
  };
}

function answer(ctx: KoaContext, { status, headers, body }: Denial): void {
  ctx.status = status;
  ctx.body = body;
  ctx.set({ ...headers }); // after the body, which sets a content type of its own
}

function koaCorsOptions({
  origin,
  credentials,
  allowedHeaders,
  exposedHeaders,
  methods,
  maxAge,
}: CorsOptions): KoaCorsOptions {
  return {
    // Koa's CORS takes no list
    origin: (ctx) => (origin.includes(ctx.get('origin')) ? ctx.get('origin') : ''),
    credentials,
    allowHeaders: allowedHeaders,
    exposeHeaders: exposedHeaders,
    allowMethods: methods,
    maxAge,
  };
}
