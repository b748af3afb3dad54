import type { SessionContext } from '@authgraph/sdk';
import type { Services } from '../../app/services.js';
import type { Device, TokenPair } from '../../features/sessions/session-issuer.js';
import type { Loaders } from './loaders.js';

/** The tokens that travel as cookies on this request and its answer. */
interface TokenCookies {
  readonly refreshToken: string | undefined;
  /** Throws FORBIDDEN when the request's Origin may not use cookies. */
  assertAllowed(): void;
  set(tokens: TokenPair): void;
  clear(): void;
}

/** What every resolver is given: the request's own part, and the services. */
export interface RequestContext extends SessionContext {
  readonly requestId: string;
  readonly services: Services;
  readonly device: Device;
  readonly cookies: TokenCookies;
  readonly loaders: Loaders;
}
