import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Realm } from '../../kernel/realm.js';
import type { RequestContext } from '../graphql/context.js';
import { preferredLanguage } from '../mail/choose-language.policy.js';

/**
 * Refuses a request before its operation is looked at, by throwing an AuthError. Nobody waits for
 * it: `void` would let a promise pass.
 */
export type RequestCheck = (headers: IncomingHttpHeaders, realm: Realm) => undefined;

const MAX_USER_AGENT = 512;

interface RequestOrigin {
  readonly requestId: string;
  readonly realm: Realm;
  readonly ipAddress: string | null;
}

/** What resolvers know of a request. */
export function factsOf(
  { requestId, realm, ipAddress }: RequestOrigin,
  message: IncomingMessage,
  response: ServerResponse,
): RequestContext {
  const { headers } = message;
  const device = {
    ipAddress,
    userAgent: headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
    language: preferredLanguage(headers['accept-language']),
  };
  // The listener for sessions adds the rest before any resolver runs.
  return { requestId, realm, device, message, response } as RequestContext;
}
