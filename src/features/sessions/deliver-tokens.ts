import { sessionFromClaims } from '@authgraph/sdk';
import type { RequestContext } from '../../platform/graphql/context.js';
import { TokenDelivery } from '../../platform/graphql/input-types.js';
import type { Tokens } from '../../platform/graphql/object-types.js';
import type { IssuedSession } from './session-issuer.js';

/** Hands over new tokens the way that was asked for, and makes their session the one behind the rest of this request. */
export function deliverTokens(
  context: RequestContext,
  issued: IssuedSession,
  delivery: TokenDelivery,
): Tokens | null {
  context.session = sessionFromClaims(issued.claims);
  if (delivery === TokenDelivery.BODY) return issued.tokens;
  context.cookies.set(issued.tokens);
  return null;
}

/** Refuses a foreign Origin before anything is done for it. */
export function assertDeliverable(context: RequestContext, delivery: TokenDelivery): void {
  if (delivery === TokenDelivery.COOKIE) context.cookies.assertAllowed();
}
