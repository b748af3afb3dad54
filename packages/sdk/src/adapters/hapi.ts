import {
  type AuthgraphOptions,
  type CorsOptions,
  createAccess,
  orDenied,
  type RequestHead,
  type SessionNeed,
} from '../access/decide-access.js';
import { AccessDenied, type Denial, denialOf, tokenMissing } from '../access/denial.js';
import type { Session } from '../token/session.js';

export type * from './public-types.js';

/** The parts of hapi that this needs, of any version of it. */
export interface HapiRequest {
  /** hapi's own `headers` are of any type. */
  readonly raw: { readonly req: RequestHead };
  readonly auth: { readonly credentials: object | null; readonly mode: string };
  readonly route: { readonly settings: { readonly auth?: unknown } };
  readonly server: { readonly auth: { readonly settings: { readonly default: unknown } } };
}

export interface HapiToolkit {
  response(body?: object): HapiResponse;
  authenticated(data: { credentials: object }): object;
  unauthenticated(error: Error): object | undefined;
  readonly continue: symbol;
}

export interface HapiResponse {
  code(status: number): HapiResponse;
  header(name: string, value: string): HapiResponse;
  takeover(): HapiResponse;
}

export interface HapiServer {
  readonly auth: {
    scheme(
      name: string,
      scheme: () => { authenticate(request: HapiRequest, h: HapiToolkit): Promise<object> },
    ): void;
    strategy(name: string, scheme: string): void;
  };
  ext(
    event: 'onPreResponse',
    method: (request: { readonly response: object }, h: HapiToolkit) => object | symbol,
  ): void;
}

/** A route's `auth` setting. */
export interface RouteAuth {
  strategy: string;
  mode: 'required' | 'optional';
  scope?: string[];
}

export interface HapiAuthgraph {
  /**
   * Register it before the routes. It brings the auth strategy `authgraph`, and answers the errors
   * of authgraph that handlers throw.
   */
  readonly plugin: { readonly name: string; register(server: HapiServer): void };
  /** A route's auth setting, or the server's default: `options: { auth: verifySession() }`. */
  verifySession(need?: SessionNeed): RouteAuth;
  /**
   * The session, which is at `request.auth.credentials.session`; throws a 401 when there is none.
   */
  requireSession(request: Pick<HapiRequest, 'auth'>): Session;
  /**
   * The `cors` setting of a route, or of all: false, which is hapi's own default, unless `origins`
   * were given.
   */
  readonly corsOptions: HapiCorsOptions | false;
}

export interface HapiCorsOptions {
  origin: string[];
  credentials: true;
  headers: string[];
  exposedHeaders: string[];
  maxAge: number;
}

const STRATEGY = 'authgraph';

/**
 * authgraph for hapi: an auth scheme, since that is what runs before hapi reads and validates a
 * payload.
 *
 * @example
 * ```ts
 * import { server as createServer } from '@hapi/hapi';
 * import { authgraph } from '@authgraph/sdk/hapi';
 *
 * const issuer = 'https://auth.example.com';
 * const { plugin, verifySession, requireSession } = authgraph({ issuer, audience: issuer });
 * const server = createServer();
 * await server.register(plugin);
 * server.route({
 *   method: 'GET',
 *   path: '/me',
 *   options: { auth: verifySession() },
 *   handler: (request) => requireSession(request).userId,
 * });
 * ```
 */
export function authgraph(options: AuthgraphOptions): HapiAuthgraph {
  const access = createAccess(options);
  return {
    plugin: {
      name: STRATEGY,
      register: (server) => {
        server.auth.scheme(STRATEGY, () => ({ authenticate }));
        server.auth.strategy(STRATEGY, STRATEGY);
        server.ext('onPreResponse', ({ response }, h) => {
          const denial = denialOf(response);
          return denial === undefined ? h.continue : answer(h, denial);
        });
      },
    },
    verifySession: ({ required = true, scopes = [] } = {}) => ({
      strategy: STRATEGY,
      mode: required || scopes.length > 0 ? 'required' : 'optional',
      ...(scopes.length > 0 ? { scope: scopes.map((scope) => `+${scope}`) } : {}),
    }),
    // The cast: `authenticate` put the session there.
    requireSession: ({ auth }) =>
      orDenied((auth.credentials as { session?: Session } | null)?.session),
    corsOptions: hapiCorsOptions(access.corsOptions),
  };

  async function authenticate(request: HapiRequest, h: HapiToolkit): Promise<object> {
    const need: SessionNeed =
      request.auth.mode === 'required' ? { scopes: requiredScopes(request) } : { required: false };
    const { session, denial } = await access.decide(request.raw.req, need);
    if (denial !== undefined) return answer(h, denial).takeover();
    if (session !== null)
      return h.authenticated({ credentials: { session, scope: [...session.scopes] } });
    // hapi goes on without credentials when the error says that none were sent.
    const anonymous = Object.assign(new AccessDenied(tokenMissing()), {
      isMissing: true,
      output: { headers: {} },
    });
    return h.unauthenticated(anonymous) ?? {};
  }
}

/** hapi keeps a route's scopes sorted by the sign before them; `+` is for those that are needed. */
function requiredScopes({ route, server }: HapiRequest): readonly string[] {
  // The shape that hapi's `_setupRoute` gives every route's auth setting, whatever its types say.
  const auth = (route.settings.auth ?? server.auth.settings.default) as
    | { access?: { scope?: { required?: string[] } }[] }
    | undefined;
  return auth?.access?.flatMap(({ scope }) => scope?.required ?? []) ?? [];
}

function answer(h: HapiToolkit, { status, headers, body }: Denial): HapiResponse {
  return Object.entries(headers).reduce(
    (response, [name, value]) => response.header(name, value),
    h.response(body).code(status),
  );
}

function hapiCorsOptions({
  origin,
  credentials,
  allowedHeaders,
  exposedHeaders,
  maxAge,
}: CorsOptions): HapiCorsOptions | false {
  return origin.length === 0
    ? false
    : { origin, credentials, headers: ['Accept', ...allowedHeaders], exposedHeaders, maxAge };
}
