import type { Session } from '@authgraph/sdk';
import { GraphQLError } from 'graphql';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import type { DeliverTokens } from './deliver-tokens.js';
import type { RefreshSession } from './refresh-session.js';
import {
  RefreshSessionInput,
  RefreshSessionResult,
  SessionRefreshed,
  SignedOut,
  SignOutInput,
  SignOutResult,
  TokenDelivery,
  tokenTypeOf,
} from './session-types.js';
import type { SignOut } from './sign-out.js';
import type { TokenCookies } from './token-cookies.js';

export interface SessionMutationsDeps {
  readonly errors: ErrorTable;
  readonly refresh: RefreshSession;
  readonly signOut: SignOut;
  readonly cookies: TokenCookies;
  readonly tokens: DeliverTokens;
}

/** Refreshing a session and signing out. */
@Resolver()
export class SessionMutationsResolver {
  readonly #deps: SessionMutationsDeps;

  constructor(deps: SessionMutationsDeps) {
    this.#deps = deps;
  }

  @Mutation(() => RefreshSessionResult, {
    description: 'Trades a refresh token for a new pair. The old one is spent.',
  })
  refreshSession(
    @Arg('input', () => RefreshSessionInput, { nullable: true }) input: RefreshSessionInput | null,
    @Ctx() context: RequestContext,
  ): Promise<SessionRefreshed | Problem> {
    const { errors, refresh, cookies, tokens } = this.#deps;
    return errors.orProblem(async () => {
      const named = input?.refreshToken ?? undefined;
      // The answer travels the way the token came.
      const delivery = named === undefined ? TokenDelivery.COOKIE : TokenDelivery.BODY;
      const token = named ?? cookies.refreshTokenOf(context);
      const issued = await refresh
        .run(context.realm, token, callerOf(context))
        .catch((error: unknown) => {
          // A dead access token would be refused with each later request, also where none is
          // needed.
          if (delivery === TokenDelivery.COOKIE && isRejected(error)) cookies.clear(context);
          throw error;
        });
      return Object.assign(new SessionRefreshed(), {
        session: { id: issued.sessionId },
        tokens: tokens.deliver(context, issued, delivery),
        tokenType: tokenTypeOf(issued),
      });
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
    const { signOut, cookies } = this.#deps;
    const session = validSession(context);
    const fromCookie = session === undefined ? cookies.refreshTokenOf(context) : undefined;
    const request = {
      refreshToken: input?.refreshToken ?? fromCookie,
      session,
      everywhere: input?.everywhere ?? false,
    };
    const endedSessions = await signOut.run(context.realm, request, callerOf(context));
    cookies.clear(context);
    return Object.assign(new SignedOut(), { endedSessions });
  }
}

function isRejected(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'REFRESH_REJECTED';
}

/** Undefined for an anonymous request, and for a token that is not valid: nothing to end then. */
function validSession(context: RequestContext): Session | undefined {
  try {
    return context.session ?? undefined;
  } catch (error) {
    if (error instanceof GraphQLError && error.extensions.code === 'UNAUTHENTICATED')
      return undefined;
    throw error;
  }
}
