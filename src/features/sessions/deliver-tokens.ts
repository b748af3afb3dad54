import { sessionFromClaims } from '@authgraph/sdk';
import type { RequestContext } from '../../platform/graphql/context.js';
import type { IssuedSession } from './session-issuer.js';
import { SignedIn, TokenDelivery, type Tokens, tokenTypeOf } from './session-types.js';
import type { TokenCookies } from './token-cookies.js';

/** Hands new tokens over, in the body or as cookies. */
export class DeliverTokens {
  readonly #cookies: TokenCookies;

  constructor(cookies: TokenCookies) {
    this.#cookies = cookies;
  }

  /** Signs in by `flow`. A foreign Origin is refused before anything is done for it. */
  async signIn(
    context: RequestContext,
    delivery: TokenDelivery,
    flow: () => Promise<IssuedSession>,
  ): Promise<SignedIn> {
    if (delivery === TokenDelivery.COOKIE) this.#cookies.assertAllowed(context);
    const issued = await flow();
    const tokens = this.deliver(context, issued, delivery);
    const { userId, sessionId } = issued;
    return Object.assign(new SignedIn(), {
      user: { id: userId },
      session: { id: sessionId },
      tokens,
      tokenType: tokenTypeOf(issued),
    });
  }

  /** Makes the tokens' session the one behind the rest of this request, too. */
  deliver(context: RequestContext, issued: IssuedSession, delivery: TokenDelivery): Tokens | null {
    context.session = sessionFromClaims(issued.claims);
    if (delivery === TokenDelivery.BODY) return issued.tokens;
    this.#cookies.set(context, issued.tokens);
    return null;
  }
}
