import type { Access, SessionNeed } from '../access/decide-access.js';
import { type Denial, denialOf } from '../access/denial.js';
import type { Refresh, RefreshCookies } from './next-refresh.js';
import { denialResponse } from './web-access.js';

export type OnDeniedRequest = (request: Request, denial: Denial) => Response | undefined;
type Decided = { readonly denial?: Denial | undefined; readonly refresh?: Refresh | undefined };

/**
 * Whether a request may go on; one with an expired access token after a single refresh, if its
 * session travels as cookies.
 */
export async function decideWithRefresh(
  access: Access,
  refreshCookies: RefreshCookies,
  request: Request,
  need: SessionNeed | undefined,
): Promise<Decided> {
  const { denial } = await access.decide(request, need);
  const reason = denial?.body.error.reason;
  if (reason !== 'TOKEN_EXPIRED' && reason !== 'TOKEN_MISSING') return { denial };
  try {
    const refresh = await refreshCookies(request.headers);
    if (refresh === undefined || refresh.outcome === 'UNPROVEN') return { denial };
    const { method, url } = request;
    const again = await access.decide({ method, url, headers: refresh.headers }, need);
    return { denial: again.denial, refresh };
  } catch (error) {
    const unavailable = denialOf(error);
    if (unavailable === undefined) throw error;
    return { denial: unavailable };
  }
}

/** What Next.js does with the request then. */
export async function proxyAnswer(
  request: Request,
  { denial, refresh }: Decided,
  onDenied: OnDeniedRequest | undefined,
): Promise<Response | undefined> {
  if (denial !== undefined) {
    const response = onDenied?.(request, denial) ?? denialResponse(denial);
    return withCookies(response, refresh);
  }
  if (refresh === undefined) return undefined;
  const { NextResponse } = await import('next/server.js');
  const { headers } = refresh;
  return withCookies(NextResponse.next({ request: { headers } }), refresh);
}

/** No cache may keep an answer with somebody's cookies, such as a page that is made in advance. */
export function withCookies(response: Response, refresh: Refresh | undefined): Response {
  if (refresh === undefined) return response;
  // one that was made by Response.redirect has immutable headers
  const copy = new Response(response.body, response);
  for (const line of refresh.setCookies) copy.headers.append('set-cookie', line);
  copy.headers.set('cache-control', 'private, no-store');
  return copy;
}
