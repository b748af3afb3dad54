import { RemoteKeys } from '../token/remote-keys.js';
import { Core, type CoreOptions } from './core.js';
import { generalError } from './errors.js';
import { ClassicSessions } from './sessions.js';

/** What `init` takes. */
export interface ClassicConfig extends CoreOptions {
  /** Whether sessions have an anti-CSRF token, which requests bring in a header; true. */
  readonly enableAntiCsrf?: boolean;
  /** Asks the service at each request whether the session still is; false: once a token. */
  readonly checkDatabase?: boolean;
  /** None unless given: the host that answers. */
  readonly cookieDomain?: string;
  /** True; turn it off for development without TLS. */
  readonly cookieSecure?: boolean;
  /** `lax` unless given. */
  readonly cookieSameSite?: 'lax' | 'strict' | 'none';
  /** Where browsers send the access token; `/`. */
  readonly accessTokenPath?: string;
  /** Where browsers send the refresh token: the route that refreshes; `/refresh`. */
  readonly refreshTokenPath?: string;
}

export interface Classic {
  readonly sessions: ClassicSessions;
  readonly config: ClassicConfig;
}

let current: Classic | undefined;

/**
 * Tells this process where the service is, and asks it once. Rejects with GENERAL_ERROR when it is
 * not there, or does not take the key.
 *
 * @example
 * ```ts
 * import { init } from '@authgraph/sdk/classic';
 *
 * await init({ connectionURI: 'http://localhost:3567', apiKey: 'the-key-of-this-application' });
 * ```
 */
export async function init(config: ClassicConfig): Promise<void> {
  const core = new Core(config);
  const { fetch: send, enableAntiCsrf = true, checkDatabase = false } = config;
  const keys = new RemoteKeys({
    url: `${core.origin}/.well-known/jwks.json`,
    algorithms: ['RS256'],
    ...(send === undefined ? {} : { fetch: send }),
  });
  await core.call({ method: 'GET', path: '/apiversion' });
  const sessions = new ClassicSessions({ core, keys, enableAntiCsrf, checkDatabase });
  current = { sessions, config };
}

/** Throws GENERAL_ERROR before `init`. */
export function classic(): Classic {
  if (current === undefined) throw generalError('Call init() first.');
  return current;
}
