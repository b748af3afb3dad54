import { failureOf } from './auth-failure.js';
import { browser } from './browser.js';
import type { AuthSession } from './session.js';
import type { SessionKeeper } from './session-keeper.js';

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
}

/**
 * A `fetch` that attaches the session, renews it when it has expired, and then sends the request
 * once more.
 */
export function createAuthFetch({ keeper, fetch, url, origins, cookies }: AuthFetchOptions): Fetch {
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
      if (session?.tokens) headers.set('authorization', `Bearer ${session.tokens.accessToken}`);
      const body = isRequest(input) ? input.clone() : input;
      return fetch(
        body,
        cookies ? { ...init, headers, credentials: 'include' } : { ...init, headers },
      );
    };
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

/** Whether a request to `address` goes to `url`, whatever the query. */
export function isAddress(address: string, url: string): boolean {
  return originOf(address) === originOf(url) && pathOf(address) === pathOf(url);
}

/**
 * Nothing that the URL standard would read as another host: no user info, no backslashes, no
 * control characters.
 */
const ABSOLUTE = /^(https?:\/\/[^/?#\\@\s]+)(?=[/?#]|$)/i;
const ROOTED = /^\/(?![/\\\s])/;

/**
 * React Native's URL class knows no origins. Undefined for what this cannot tell for sure, which
 * then is given no token.
 */
function originOf(address: string): string | undefined {
  if (ROOTED.test(address)) return browser.location?.origin;
  return ABSOLUTE.exec(address)?.[1]?.toLowerCase();
}

function pathOf(address: string): string | undefined {
  return address.replace(ABSOLUTE, '').split(/[?#]/, 1)[0];
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
function isRead(input: Input, { method, body }: Init): boolean {
  const used = method ?? (isRequest(input) ? input.method : 'GET');
  return (
    used.toUpperCase() === 'GET' ||
    (typeof body === 'string' && body.includes('"query"') && !/\bmutation\b/.test(body))
  );
}

/** It can be sent only once. */
function isStream(body: Init['body']): boolean {
  return typeof body === 'object' && body !== null && 'getReader' in body;
}
