import { failureOf } from './auth-failure.js';
import type { Prover } from './prover.js';
import type { AuthSession } from './session.js';
import type { SessionKeeper } from './session-keeper.js';
import { isAddress, originOf } from './trusted-address.js';

type Fetch = typeof globalThis.fetch;
type Input = Parameters<Fetch>[0];
type Init = NonNullable<Parameters<Fetch>[1]>;

export interface AuthFetchOptions {
  readonly keeper: SessionKeeper;
  readonly fetch: Fetch;
  /** The service. */
  readonly url: string;
  /** Other origins that are given the access token. */
  readonly origins: readonly string[];
  readonly cookies: boolean;
  readonly prover: Prover;
}

/**
 * A `fetch` that attaches the session, renews it when it has expired, and then sends the request
 * once more.
 */
export function createAuthFetch(options: AuthFetchOptions): Fetch {
  const { keeper, fetch, url, origins, cookies, prover } = options;
  const allowed = new Set([originOf(url), ...origins]);

  return async (input, init = {}) => {
    const headers = new Headers(init.headers ?? (isRequest(input) ? input.headers : undefined));
    const address = addressOf(input);
    const origin = originOf(address);
    // A token is for those that it was meant for, and a caller that brings its own credentials
    // wants them used.
    if (origin === undefined || !allowed.has(origin) || headers.has('authorization'))
      return fetch(input, init);

    const attempt = (session: AuthSession | null) => {
      const accessToken = session?.tokens?.accessToken;
      const scheme = session?.bound ? 'DPoP' : 'Bearer';
      if (accessToken !== undefined) headers.set('authorization', `${scheme} ${accessToken}`);
      const sendWith = ({ dpop }: { readonly dpop?: string }) => {
        if (dpop !== undefined) headers.set('dpop', dpop);
        const body = isRequest(input) ? input.clone() : input;
        return fetch(
          body,
          cookies ? { ...init, headers, credentials: 'include' } : { ...init, headers },
        );
      };
      if (!isBound(session)) return sendWith({});
      const [method, repeatable] = [methodOf(input, init), !isStream(init.body)];
      return prover.send({ url: address, method, accessToken, repeatable }, sendWith);
    };
    /** Of a session in cookies this client may not have heard yet. */
    const isBound = (session: AuthSession | null) => session?.bound ?? cookies;
    const session = await keeper.usable();
    const response = await attempt(session);
    const failed = await failureOf(response);
    if (failed === undefined) return response;

    const renewed = await keeper.recover(session, failed.failure).catch((error: unknown) => {
      if (failed.failure === 'REFUSED') throw error;
      return null; // what was answered may still be of use
    });
    if (renewed === null || isStream(init.body) || (failed.isPartial && !isRead(input, init)))
      return response;

    await response.body?.cancel();
    const second = await attempt(renewed);
    const again = await failureOf(second);
    if (again !== undefined)
      await keeper.stillFailing(renewed, again.failure, isAddress(address, url));
    return second;
  };
}

function addressOf(input: Input): string {
  if (typeof input === 'string') return input;
  return isRequest(input) ? input.url : input.href;
}

function isRequest(input: Input): input is Request {
  return typeof input === 'object' && 'clone' in input;
}

/**
 * Whether a request certainly changes nothing: a GET, or a GraphQL document without a mutation in
 * it.
 */
function isRead(input: Input, init: Init): boolean {
  const { body } = init;
  return (
    methodOf(input, init) === 'GET' ||
    (typeof body === 'string' && body.includes('"query"') && !/\bmutation\b/.test(body))
  );
}

function methodOf(input: Input, { method }: Init): string {
  return (method ?? (isRequest(input) ? input.method : 'GET')).toUpperCase();
}

/** It can be sent only once. */
function isStream(body: Init['body']): boolean {
  return typeof body === 'object' && body !== null && 'getReader' in body;
}
