import { sessionFromClaims } from '../sdk/session.js';
import type { IssuedSession } from '../sessions/session-issuer.js';
import type { RequestContext } from './context.js';
import { TokenDelivery } from './input-types.js';
import type { Tokens } from './object-types.js';

/** Hands over new tokens the way that was asked for, and makes their session the one behind the rest of this request. */
export function deliverTokens(context: RequestContext, issued: IssuedSession, delivery: TokenDelivery): Tokens | null {
  context.session = sessionFromClaims(issued.claims);
  if (delivery === TokenDelivery.BODY) return issued.tokens;
  context.cookies.set(issued.tokens);
  return null;
}

/** Refuses a foreign Origin before anything is done for it. */
export function assertDeliverable(context: RequestContext, delivery: TokenDelivery): void {
  if (delivery === TokenDelivery.COOKIE) context.cookies.assertAllowed();
}
