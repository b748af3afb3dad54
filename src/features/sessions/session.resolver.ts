import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { DateTime } from '../../platform/graphql/date-time.js';
import { Session, User } from '../../platform/graphql/object-types.js';
import type { ListedSession } from './session-queries.js';

/** Whoever holds a Session object may read it: it is given out only to its user and to callers with sessions:read. */
@Resolver(() => Session)
export class SessionResolver {
  @FieldResolver(() => User)
  async user(@Root() session: Session, @Ctx() context: RequestContext): Promise<User | undefined> {
    return (await load(session, context))?.user;
  }

  @FieldResolver(() => DateTime)
  async createdAt(
    @Root() session: Session,
    @Ctx() context: RequestContext,
  ): Promise<Date | undefined> {
    return (await load(session, context))?.createdAt;
  }

  @FieldResolver(() => DateTime)
  async lastUsedAt(
    @Root() session: Session,
    @Ctx() context: RequestContext,
  ): Promise<Date | undefined> {
    return (await load(session, context))?.lastUsedAt;
  }

  @FieldResolver(() => DateTime, { description: 'When it ends unless it is refreshed before.' })
  async expiresAt(
    @Root() session: Session,
    @Ctx() context: RequestContext,
  ): Promise<Date | undefined> {
    return (await load(session, context))?.expiresAt;
  }

  @FieldResolver(() => String, { nullable: true })
  async ipAddress(
    @Root() session: Session,
    @Ctx() context: RequestContext,
  ): Promise<string | null | undefined> {
    return (await load(session, context))?.ipAddress;
  }

  @FieldResolver(() => String, { nullable: true })
  async userAgent(
    @Root() session: Session,
    @Ctx() context: RequestContext,
  ): Promise<string | null | undefined> {
    return (await load(session, context))?.userAgent;
  }

  @FieldResolver(() => Boolean, { description: 'True for the session behind this request.' })
  current(@Root() session: Session, @Ctx() context: RequestContext): boolean {
    return context.session?.sessionId === session.id;
  }
}

function load(session: Session, context: RequestContext): Promise<ListedSession | undefined> {
  return context.loaders.sessions.load(session.id);
}
