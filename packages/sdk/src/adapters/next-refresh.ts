import { accessCookieName, cookiesNamed } from '../request/request-token.js';
import { TokenError } from '../token/token-error.js';

/** What became of the session in a request's cookies. */
export interface Refresh {
  /**
   * `RENEWED`. `OVER`: it was ended or has expired. `UNPROVEN`: it is bound to a key, which only
   * the page has that signed in.
   */
  readonly outcome: 'RENEWED' | 'OVER' | 'UNPROVEN';
  /** The service's Set-Cookie lines, for the browser. */
  readonly setCookies: readonly string[];
  /** The request's headers as if the browser had sent those cookies. */
  readonly headers: Headers;
}

/** Undefined for a request whose session does not travel as cookies. */
export type RefreshCookies = (headers: Headers) => Promise<Refresh | undefined>;

interface Answer {
  readonly data?: {
    readonly refreshSession?: { readonly __typename: string; readonly reason?: string } | null;
  } | null;
  readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[];
}

const QUERY =
  'mutation Refresh { refreshSession { __typename ... on RefreshRejected { reason } } }';
const TIMEOUT_MS = 10_000;
/** So that the session list and the limits know the browser, not this server. */
const PASSED_ON = ['user-agent', 'x-forwarded-for', 'origin'];

/** Trades the refresh token in a request's cookies for new cookies, at the service. */
export function refreshCookies(
  issuer: string,
  endpoint: string,
  fetch: typeof globalThis.fetch,
): RefreshCookies {
  const accessName = accessCookieName(issuer);
  const refreshName = accessName.replace('authgraph-at', 'authgraph-rt');
  const names = [accessName, refreshName];
  /** A page and what it loads arrive at once, with one refresh token. */
  const underWay = new Map<string, Promise<Omit<Refresh, 'headers'>>>();

  async function ask(token: string, from: Headers): Promise<Omit<Refresh, 'headers'>> {
    const headers = new Headers({
      'content-type': 'application/json',
      accept: 'application/json',
      cookie: `${refreshName}=${token}`,
    });
    for (const name of PASSED_ON) {
      const value = from.get(name);
      if (value !== null) headers.set(name, value);
    }
    const body = JSON.stringify({ query: QUERY });
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const init = { method: 'POST', redirect: 'error', headers, body, signal } as const;
    const response = await fetch(endpoint, init);
    const answer = (await response.json()) as Answer; // whose fields may all be absent
    // and not what a load balancer sets for its own host
    const setCookies = response.headers
      .getSetCookie()
      .filter((line) => names.some((name) => line.startsWith(`${name}=`)));
    return { outcome: outcomeOf(answer), setCookies };
  }

  return async (headers) => {
    const [token, second] = cookiesNamed(headers.get('cookie') ?? '', refreshName);
    if (token === undefined || second !== undefined || headers.has('authorization')) return;
    // Whether cookies count goes by the Origin too.
    const key = `${token} ${headers.get('origin')}`;
    const asked = underWay.get(key) ?? ask(token, headers).finally(() => underWay.delete(key));
    underWay.set(key, asked);
    const refresh = await asked.catch(unavailable);
    if (refresh.outcome === 'RENEWED' && refresh.setCookies.length === 0)
      return unavailable('The endpoint keeps Set-Cookie to itself.');
    return { ...refresh, headers: withCookies(headers, names, refresh) };
  };
}

function outcomeOf({ data, errors }: Answer): Refresh['outcome'] {
  const result = data?.refreshSession;
  if (result?.__typename === 'SessionRefreshed') return 'RENEWED';
  if (result?.__typename === 'RefreshRejected')
    return result.reason === 'UNPROVEN' ? 'UNPROVEN' : 'OVER';
  if (errors?.[0]?.extensions?.code !== 'FORBIDDEN') return unavailable('There was no answer.');
  throw new TokenError(
    'ORIGIN_NOT_ALLOWED',
    "Pages of this origin may not use cookies: the service's AUTHGRAPH_ALLOWED_ORIGINS lacks it.",
  );
}

function withCookies(
  from: Headers,
  names: readonly string[],
  { outcome, setCookies }: Omit<Refresh, 'headers'>,
): Headers {
  const headers = new Headers(from);
  if (outcome === 'UNPROVEN') return headers;
  const others = (from.get('cookie') ?? '')
    .split(';')
    .map((pair) => pair.trim())
    .filter((pair) => !names.some((name) => pair.startsWith(`${name}=`)));
  const renewed = setCookies.map((line) => line.split(';', 1)[0] ?? '');
  const cookie = [...others, ...(outcome === 'RENEWED' ? renewed : [])].join('; ');
  headers.delete('cookie');
  if (cookie !== '') headers.set('cookie', cookie);
  return headers;
}

function unavailable(cause: unknown): never {
  if (cause instanceof TokenError) throw cause;
  throw new TokenError('VERIFICATION_UNAVAILABLE', 'The session cannot be renewed at present.', {
    cause,
  });
}
