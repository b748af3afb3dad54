import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { DateTime } from '../../platform/graphql/date-time.js';
import type { RequestLoader } from '../../platform/graphql/request-loader.js';
import { User } from '../users/index.js';
import type { ListedSession } from './listed-session.store.js';
import { Session } from './session-types.js';

/**
 * Whoever holds a Session object may read it: it is given out only to its user and to callers with
 * sessions:read.
 */
@Resolver(() => Session)
export class SessionResolver {
  readonly #sessions: RequestLoader<ListedSession>;

  constructor(sessions: RequestLoader<ListedSession>) {
    this.#sessions = sessions;
  }

  @Query(() => Session, {
    nullable: true,
    description: 'The session behind this request; null for an anonymous request.',
  })
  session(@Ctx() { session }: RequestContext): Session | null {
    return session && { id: session.sessionId };
  }

  @FieldResolver(() => User)
  async user(@Root() { id }: Session, @Ctx() context: RequestContext): Promise<User | undefined> {
    return (await this.#sessions.load(context, id))?.user;
  }

  @FieldResolver(() => DateTime)
  async createdAt(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#sessions.load(context, id))?.createdAt;
  }

  @FieldResolver(() => DateTime)
  async lastUsedAt(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#sessions.load(context, id))?.lastUsedAt;
  }

  @FieldResolver(() => DateTime, { description: 'When it ends unless it is refreshed before.' })
  async expiresAt(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#sessions.load(context, id))?.expiresAt;
  }

  @FieldResolver(() => String, { nullable: true })
  async ipAddress(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#sessions.load(context, id))?.ipAddress;
  }

  @FieldResolver(() => String, { nullable: true })
  async userAgent(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#sessions.load(context, id))?.userAgent;
  }

  @FieldResolver(() => Boolean, { description: 'True for the session behind this request.' })
  current(@Root() { id }: Session, @Ctx() { session }: RequestContext): boolean {
    return session?.sessionId === id;
  }
}
