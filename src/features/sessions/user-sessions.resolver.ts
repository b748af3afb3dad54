import { Args, Ctx, Directive, FieldResolver, Resolver, Root } from 'type-graphql';
import type { Clock } from '../../kernel/clock.js';
import type { SqlExecutor } from '../../platform/database/database.js';
import { connectionOf, PageArgs, parsePage } from '../../platform/graphql/connection.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { PageLoader } from '../../platform/graphql/page-loader.js';
import { RequestLoader } from '../../platform/graphql/request-loader.js';
import { maySeeUser, User } from '../users/index.js';
import { countSessions, type ListedSession, pagesOfSessions } from './listed-session.store.js';
import { SessionConnection } from './session-types.js';

export interface UserSessionsDeps {
  readonly sql: SqlExecutor;
  readonly clock: Clock;
  readonly sessions: RequestLoader<ListedSession>;
}

@Resolver(() => User)
export class UserSessionsResolver {
  readonly #sessions: RequestLoader<ListedSession>;
  readonly #pages: PageLoader<ListedSession>;
  readonly #counts: RequestLoader<{ readonly id: string; readonly count: number }>;

  constructor({ sql, clock, sessions }: UserSessionsDeps) {
    this.#sessions = sessions;
    this.#pages = new PageLoader((realm, userIds, page) =>
      pagesOfSessions(sql, realm, userIds, page, clock.now()),
    );
    this.#counts = new RequestLoader((realm, userIds) =>
      countSessions(sql, realm, userIds, clock.now()),
    );
  }

  @FieldResolver(() => SessionConnection, {
    nullable: true,
    description:
      'Live sessions, newest first. Visible to the user and to callers that hold sessions:read.',
  })
  @Directive('@cost(weight: 5)')
  async sessions(
    @Root() user: User,
    @Args(() => PageArgs) args: PageArgs,
    @Ctx() context: RequestContext,
  ): Promise<SessionConnection | null> {
    if (!maySeeUser(context.session, user.id, 'sessions:read')) return null;
    const page = parsePage(args);
    const found = await this.#pages.load(context, user.id, page);
    for (const session of found.rows) this.#sessions.prime(context, session);
    const totalCount = async () => (await this.#counts.load(context, user.id))?.count ?? 0;
    return { ...connectionOf(found, page), totalCount };
  }
}
