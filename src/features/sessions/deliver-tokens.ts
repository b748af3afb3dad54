import { sessionFromClaims } from '@authgraph/sdk';
import type { RequestContext } from '../../platform/graphql/context.js';
import type { KnownDevices } from '../known-devices/index.js';
import type { IssuedSession } from './session-issuer.js';
import { SignedIn, TokenDelivery, type Tokens, tokenTypeOf } from './session-types.js';
import type { TokenCookies } from './token-cookies.js';

/** Hands new tokens over, in the body or as cookies. */
export class DeliverTokens {
  readonly #cookies: TokenCookies;
  readonly #devices: KnownDevices;

  constructor(cookies: TokenCookies, devices: KnownDevices) {
    this.#cookies = cookies;
    this.#devices = devices;
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
      deviceToken: this.deliverDevice(context, userId, delivery),
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

  /** Makes the device of this request a known one. Null when a cookie has its token. */
  deliverDevice(context: RequestContext, userId: string, delivery: TokenDelivery): string | null {
    const token = this.#devices.tokenFor(context.realm, userId);
    if (delivery === TokenDelivery.BODY) return token;
    this.#devices.setCookie(context, token);
    return null;
  }
}
