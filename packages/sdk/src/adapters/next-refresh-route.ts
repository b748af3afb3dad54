import type { Access } from '../access/decide-access.js';
import { decideWithRefresh, withCookies } from './next-proxy.js';
import type { RefreshCookies } from './next-refresh.js';
import { denialResponse } from './web-access.js';

export interface RefreshRouteOptions {
  /** Where those are sent whose session is over; `/sign-in` unless given. */
  readonly signIn?: string;
}

/** Renews the session and leads on to `?to=`, or to the sign-in page where there is none. */
export function refreshRoute(
  access: Access,
  refreshCookies: RefreshCookies,
  { signIn = '/sign-in' }: RefreshRouteOptions,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const to = ownPath(new URL(request.url));
    const { denial, refresh } = await decideWithRefresh(access, refreshCookies, request, undefined);
    if (denial?.status === 503) return denialResponse(denial);
    // Back only with a token that is accepted, or the page would send the browser here for ever.
    const location =
      denial === undefined ? to : `${signIn}?${new URLSearchParams({ to }).toString()}`;
    const headers = { location, 'cache-control': 'private, no-store' };
    return withCookies(new Response(null, { status: 303, headers }), refresh);
  };
}

/** The path in `?to=`, unless it leads to another host or to this route. */
function ownPath({ pathname: route, searchParams, origin }: URL): string {
  const to = searchParams.get('to') ?? '/';
  if (!URL.canParse(to, origin)) return '/';
  const { origin: target, pathname, search, hash } = new URL(to, origin);
  const isOwn = target === origin && !pathname.startsWith('//') && pathname !== route;
  return isOwn ? pathname + search + hash : '/';
}
