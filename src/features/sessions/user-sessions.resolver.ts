import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Clock } from '../../kernel/clock.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { connectionOf, PageArgs, parsePage } from '../../platform/graphql/connection.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import type { RequestLoader } from '../../platform/graphql/request-loader.js';
import { maySeeUser, User } from '../users/index.js';
import { countSessions, type ListedSession, pageOfSessions } from './listed-session.store.js';
import { SessionConnection } from './session-types.js';

export interface UserSessionsDeps {
  readonly sql: SqlExecutor;
  readonly clock: Clock;
  readonly sessions: RequestLoader<ListedSession>;
}

@Resolver(() => User)
export class UserSessionsResolver {
  readonly #deps: UserSessionsDeps;

  constructor(deps: UserSessionsDeps) {
    this.#deps = deps;
  }

  @FieldResolver(() => SessionConnection, {
    nullable: true,
    description:
      'Live sessions, newest first. Visible to the user and to callers that hold sessions:read.',
  })
  async sessions(
    @Root() user: User,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<SessionConnection | null> {
    const { realm, session: viewer } = context;
    if (!maySeeUser(viewer, user.id, 'sessions:read')) return null;
    const { sql, clock, sessions } = this.#deps;
    const page = parsePage(args);
    const now = clock.now();
    const found = await pageOfSessions(sql, realm, user.id, page, now);
    for (const session of found.rows) sessions.prime(context, session);
    const totalCount = await countSessions(sql, realm, user.id, now);
    return { ...connectionOf(found, page), totalCount };
  }
}
