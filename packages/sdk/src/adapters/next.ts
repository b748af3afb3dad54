import {
  type AuthgraphOptions,
  createAccess,
  type Decision,
  type SessionNeed,
} from '../access/decide-access.js';
import { AccessDenied, type Denial } from '../access/denial.js';
import type { Session } from '../token/session.js';
import { denialResponse, type WebAuthgraph, webAuthgraph } from './web.js';

export type * from './public-types.js';

/** `verifySession` wraps route handlers, and `preflight` is for `export const OPTIONS`. */
export interface NextAuthgraph extends WebAuthgraph {
  /**
   * Makes a `proxy` (`middleware` before Next.js 16): undefined, which lets a request go on, or the
   * answer to one that may not.
   * `onDenied` makes another answer, such as a redirect to the sign-in page. Check again where the
   * data is read: a proxy is easy to get around.
   */
  middleware(
    need?: SessionNeed,
    onDenied?: (request: Request, denial: Denial) => Response,
  ): (request: Request) => Promise<Response | undefined>;
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
export function authgraph(options: AuthgraphOptions): NextAuthgraph {
  const access = createAccess({ fetch: uncachedFetch, ...options });

  const checkSession: NextAuthgraph['checkSession'] = async (need) => {
    const { headers } = await import('next/headers.js'); // here, since a proxy must not load it
    return access.decide({ headers: await headers() }, need);
  };

  return {
    ...webAuthgraph(access),
    checkSession,
    middleware: (need, onDenied) => async (request) => {
      const { denial } = await access.decide(request, need);
      if (denial === undefined) return undefined;
      return onDenied ? onDenied(request, denial) : denialResponse(denial);
    },
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
const uncachedFetch: typeof fetch = (input, init) => fetch(input, { ...init, cache: 'no-store' });
