import type { Session } from '@authgraph/sdk';
import { Authenticated } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import { isId } from '../../kernel/ids.js';
import type { Database } from '../../platform/database/database.js';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import type { EndSessions } from './end-sessions.js';
import type { SessionsToEnd } from './ended-session.store.js';
import { RevokeSessionResult, SignedOut } from './session-types.js';

export interface RevokeSessionsDeps {
  readonly database: Database;
  readonly errors: ErrorTable;
  readonly endSessions: EndSessions;
}

/** How users end sessions of their own, on devices that they do not hold for example. */
@Resolver()
export class RevokeSessionsResolver {
  readonly #deps: RevokeSessionsDeps;

  constructor(deps: RevokeSessionsDeps) {
    this.#deps = deps;
  }

  @Mutation(() => RevokeSessionResult, {
    description: "Ends one of the caller's sessions. Nobody else's is found.",
  })
  @Authenticated()
  revokeSession(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
  ): Promise<SignedOut | Problem> {
    return this.#deps.errors.orProblem(async () => {
      const { userId } = sessionOf(context);
      const signedOut = isId(id) ? await this.#end({ id, userId }, context) : undefined;
      if (signedOut?.endedSessions) return signedOut;
      throw new AuthError('NOT_FOUND', 'You have no such session.');
    });
  }

  @Mutation(() => SignedOut, { description: "Ends all of the caller's sessions but this one." })
  @Authenticated()
  async revokeOtherSessions(@Ctx() context: RequestContext): Promise<SignedOut> {
    const { userId, sessionId } = sessionOf(context);
    return this.#end({ userId, exceptId: sessionId }, context);
  }

  async #end(which: SessionsToEnd, context: RequestContext): Promise<SignedOut> {
    const { database, endSessions } = this.#deps;
    const { realm } = context;
    const caller = callerOf(context);
    const endedSessions = await database.transaction((sql) =>
      endSessions.run(sql, realm, which, 'revoked', caller),
    );
    return Object.assign(new SignedOut(), { endedSessions });
  }
}

/** The directive lets nobody else through. */
function sessionOf({ session }: RequestContext): Session {
  if (session === null) throw new AuthError('UNAUTHENTICATED', 'Sign in first.');
  return session;
}
