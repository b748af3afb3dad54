import type { Session } from '@authgraph/sdk';
import { GraphQLError } from 'graphql';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { orProblem } from '../../platform/graphql/error-table.js';
import {
  RefreshSessionInput,
  SignOutInput,
  TokenDelivery,
} from '../../platform/graphql/input-types.js';
import { type Problem, SessionRefreshed, SignedOut } from '../../platform/graphql/object-types.js';
import { RefreshSessionResult, SignOutResult } from '../../platform/graphql/result-unions.js';
import { deliverTokens } from './deliver-tokens.js';
import { refreshSession } from './refresh-session.js';
import { signOut } from './sign-out.js';

@Resolver()
export class SessionLifeResolver {
  @Mutation(() => RefreshSessionResult, {
    description: 'Trades a refresh token for a new pair. The old one is spent.',
  })
  refreshSession(
    @Arg('input', () => RefreshSessionInput, { nullable: true }) input: RefreshSessionInput | null,
    @Ctx() context: RequestContext,
  ): Promise<SessionRefreshed | Problem> {
    return orProblem(async () => {
      const named = input?.refreshToken ?? undefined;
      // The answer travels the way the token came.
      const delivery = named === undefined ? TokenDelivery.COOKIE : TokenDelivery.BODY;
      const issued = await refreshSession(
        context.services,
        named ?? context.cookies.refreshToken,
        context.device,
      ).catch((error: unknown) => {
        // A dead access token would be refused with each later request, also where none is needed.
        if (delivery === TokenDelivery.COOKIE && isRejected(error)) context.cookies.clear();
        throw error;
      });
      const tokens = deliverTokens(context, issued, delivery);
      return Object.assign(new SessionRefreshed(), { session: { id: issued.sessionId }, tokens });
    });
  }

  @Mutation(() => SignOutResult, {
    description:
      "Ends this session (or all of the user's). Idempotent: signing out twice is not an error.",
  })
  async signOut(
    @Arg('input', () => SignOutInput, { nullable: true }) input: SignOutInput | null,
    @Ctx() context: RequestContext,
  ): Promise<SignedOut> {
    const session = validSession(context);
    const refreshToken =
      input?.refreshToken ?? (session === undefined ? context.cookies.refreshToken : undefined);
    const endedSessions = await signOut(context.services, {
      refreshToken,
      session,
      everywhere: input?.everywhere ?? false,
    });
    context.cookies.clear();
    return Object.assign(new SignedOut(), { endedSessions });
  }
}

function isRejected(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'REFRESH_REJECTED';
}

/** The session, or undefined for an anonymous request and for a token that is no longer valid: there is nothing to end then. */
function validSession(context: RequestContext): Session | undefined {
  try {
    return context.session ?? undefined;
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.code === 'UNAUTHENTICATED')
      return undefined;
    throw error;
  }
}
