import { Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { cursorOf, parsePage } from '../../platform/graphql/connection.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { DateTime } from '../../platform/graphql/date-time.js';
import { PageArgs } from '../../platform/graphql/input-types.js';
import { SessionConnection, User } from '../../platform/graphql/object-types.js';
import { pageOfSessions } from '../sessions/session-queries.js';
import type { ListedUser } from './user-store.js';
import { maySeeUser } from './visibility.policy.js';

@Resolver(() => User)
export class UserResolver {
  @FieldResolver(() => String, {
    nullable: true,
    description: 'Visible to the user and to callers that hold users:read.',
  })
  async email(@Root() user: User, @Ctx() context: RequestContext): Promise<string | null> {
    return (await visible(user, context))?.email ?? null;
  }

  @FieldResolver(() => Boolean, {
    nullable: true,
    description: 'Visible to the user and to callers that hold users:read.',
  })
  async emailVerified(@Root() user: User, @Ctx() context: RequestContext): Promise<boolean | null> {
    const stored = await visible(user, context);
    return stored ? stored.emailVerifiedAt !== null : null;
  }

  @FieldResolver(() => DateTime)
  async createdAt(@Root() user: User, @Ctx() context: RequestContext): Promise<Date | undefined> {
    return (await context.loaders.users.load(user.id))?.createdAt;
  }

  @FieldResolver(() => [String], {
    nullable: true,
    description: 'Visible to the user and to callers that hold users:read.',
  })
  async roles(@Root() user: User, @Ctx() context: RequestContext): Promise<string[] | null> {
    return (await visible(user, context))?.roles ?? null;
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
    if (!maySeeUser(context.session, user.id, 'sessions:read')) return null;
    const { database, realmId, clock } = context.services;
    const page = await pageOfSessions(
      database.em(),
      realmId,
      user.id,
      parsePage(args),
      clock.now(),
    );
    for (const session of page.sessions) context.loaders.sessions.prime(session.id, session);
    const edges = page.sessions.map((node) => ({ cursor: cursorOf(node.id), node }));
    return {
      edges,
      nodes: page.sessions,
      totalCount: page.totalCount,
      pageInfo: {
        hasNextPage: page.hasNextPage,
        hasPreviousPage: args.after != null,
        startCursor: edges.at(0)?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
    };
  }
}

async function visible(user: User, context: RequestContext): Promise<ListedUser | undefined> {
  return maySeeUser(context.session, user.id, 'users:read')
    ? context.loaders.users.load(user.id)
    : undefined;
}
