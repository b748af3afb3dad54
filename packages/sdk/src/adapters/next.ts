import {
  type AuthgraphOptions,
  createAccess,
  type Decision,
  type SessionNeed,
} from '../access/decide-access.js';
import { AccessDenied } from '../access/denial.js';
import type { Session } from '../token/session.js';
import { decideWithRefresh, type OnDeniedRequest, proxyAnswer } from './next-proxy.js';
import { refreshCookies } from './next-refresh.js';
import { type RefreshRouteOptions, refreshRoute } from './next-refresh-route.js';
import { relayRoute } from './next-relay-route.js';
import { type WebAuthgraph, webAuthgraph } from './web-access.js';

export type * from './public-types.js';

export type { OnDeniedRequest, RefreshRouteOptions };

export interface NextAuthgraphOptions extends AuthgraphOptions {
  /**
   * Where this server reaches the service's GraphQL to renew sessions in cookies; `/graphql` under
   * the issuer unless given.
   */
  readonly endpoint?: string;
}

/** `verifySession` wraps route handlers, and `preflight` is for `export const OPTIONS`. */
export interface NextAuthgraph extends Omit<WebAuthgraph, 'preflight'> {
  readonly preflight: (request: Request) => Response; // Next.js refuses routes that take less
  /**
   * Makes a `proxy` (`middleware` before Next.js 16): undefined, which lets a request go on, or the
   * answer to one that may not. A session in cookies whose access token has expired is renewed
   * first, once, and the request goes on with it.
   * `onDenied` makes another answer, such as a redirect to the sign-in page; undefined leaves the
   * usual one. Check again where the data is read: a proxy is easy to get around.
   */
  middleware(
    need?: SessionNeed,
    onDenied?: OnDeniedRequest,
  ): (request: Request) => Promise<Response | undefined>;
  /**
   * Makes the GET of a route, such as `/refresh?to=/orders`, for apps without a proxy: it renews
   * the session in the cookies and leads on to that path, or to the sign-in page.
   */
  refreshRoute(options?: RefreshRouteOptions): (request: Request) => Promise<Response>;
  /**
   * Makes the POST of a route, such as `/auth/graphql`, that passes GraphQL requests on to the
   * service, so that its cookies are this app's: for apps that cannot do it by a rewrite.
   */
  relayRoute(): (request: Request) => Promise<Response>;
  /**
   * For server components and server actions: the session of the request that is being answered, or
   * why it may not go on.
   */
  checkSession<const Need extends SessionNeed = { readonly required: true }>(
    need?: Need,
  ): Promise<Decision<Need>>;
  /**
   * The session of the request that is being answered; null without a valid token. Throws when that
   * cannot be found out.
   */
  getSession(): Promise<Session | null>;
}

/**
 * authgraph for Next.js: route handlers, proxy or middleware (on either runtime), server components
 * and server actions.
 *
 * @example
 * ```ts
 * import { authgraph } from '@authgraph/sdk/next';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession } = authgraph({ issuer, audience: issuer });
 * export const GET = verifySession()((_request, session) => Response.json(session.userId));
 * ```
 */
export function authgraph(options: NextAuthgraphOptions): NextAuthgraph {
  const { issuer, endpoint = `${issuer}/graphql`, fetch = uncachedFetch } = options;
  const access = createAccess({ ...options, fetch });
  const refresh = refreshCookies(issuer, endpoint, fetch);

  const checkSession: NextAuthgraph['checkSession'] = async (need) => {
    const { headers } = await import('next/headers.js'); // here, since a proxy must not load it
    return access.decide({ headers: await headers() }, need);
  };

  return {
    ...webAuthgraph(access),
    checkSession,
    middleware: (need, onDenied) => async (request) =>
      proxyAnswer(request, await decideWithRefresh(access, refresh, request, need), onDenied),
    relayRoute: () => relayRoute(endpoint, fetch),
    refreshRoute: (routeOptions = {}) => refreshRoute(access, refresh, routeOptions),
    getSession: async () => {
      const { session, denial } = await checkSession({ required: false });
      if (denial?.status === 503) throw new AccessDenied(denial);
      return session ?? null;
    },
  };
}

/**
 * Next.js replaces `fetch` by one that may keep an answer for ever, and with it keys that were
 * withdrawn.
 */
const uncachedFetch: typeof globalThis.fetch = (input, init) =>
  fetch(input, { ...init, cache: 'no-store' });
