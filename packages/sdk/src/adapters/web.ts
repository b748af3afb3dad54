import { type AuthgraphOptions, createAccess } from '../access/decide-access.js';
import { type WebAuthgraph, webAuthgraph } from './web-access.js';

export type * from './public-types.js';
export type { WebAuthgraph, WebRequest, WrapHandler } from './web-access.js';

/**
 * authgraph for handlers of web Requests: Netlify, Vercel, Deno, Bun, Cloudflare, Hono, and the
 * like.
 *
 * @example
 * ```ts
 * import { authgraph } from '@authgraph/sdk/web';
 *
 * const issuer = 'https://auth.example.com';
 * const { verifySession } = authgraph({ issuer, audience: issuer });
 * export const GET = verifySession()((_request, session) => Response.json(session.userId));
 * ```
 */
export function authgraph(options: AuthgraphOptions): WebAuthgraph {
  return webAuthgraph(createAccess(options));
}
