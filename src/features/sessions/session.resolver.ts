import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { DateTime } from '../../platform/graphql/date-time.js';
import type { RequestLoader } from '../../platform/graphql/request-loader.js';
import { User } from '../users/index.js';
import { deviceOf } from './device.policy.js';
import type { ListedSession } from './listed-session.store.js';
import { Device, Session } from './session-types.js';

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
  async user(@Root() { id }: Session, @Ctx() context: RequestContext): Promise<User> {
    return (await this.#stored(context, id)).user;
  }

  @FieldResolver(() => DateTime)
  async createdAt(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#stored(context, id)).createdAt;
  }

  @FieldResolver(() => DateTime, { description: 'To within five minutes.' })
  async lastUsedAt(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return coarse(await this.#stored(context, id));
  }

  @FieldResolver(() => DateTime, { description: 'When it ends unless it is refreshed before.' })
  async expiresAt(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#stored(context, id)).expiresAt;
  }

  @FieldResolver(() => String, { nullable: true })
  async ipAddress(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#stored(context, id)).ipAddress;
  }

  @FieldResolver(() => String, { nullable: true })
  async userAgent(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#stored(context, id)).userAgent;
  }

  @FieldResolver(() => Device, { nullable: true })
  async device(@Root() { id }: Session, @Ctx() context: RequestContext): Promise<Device | null> {
    return deviceOf((await this.#stored(context, id)).userAgent) ?? null;
  }

  @FieldResolver(() => Boolean, {
    description: 'Whether its tokens are bound to a key of the client (RFC 9449).',
  })
  async bound(@Root() { id }: Session, @Ctx() context: RequestContext) {
    return (await this.#stored(context, id)).keyThumbprint !== null;
  }

  @FieldResolver(() => Boolean, { description: 'True for the session behind this request.' })
  current(@Root() { id }: Session, @Ctx() { session }: RequestContext): boolean {
    return session?.sessionId === id;
  }

  async #stored(context: RequestContext, id: string): Promise<ListedSession> {
    const session = await this.#sessions.load(context, id);
    if (session === undefined) throw new AuthError('NOT_FOUND', 'This session was deleted.');
    return session;
  }
}

const COARSE_MS = 5 * 60_000;

/** Finer times would tell whoever holds a stolen token when its owner is at work. */
function coarse({ lastUsedAt, createdAt }: ListedSession): Date {
  const floor = Math.floor(lastUsedAt.getTime() / COARSE_MS) * COARSE_MS;
  return new Date(Math.max(floor, createdAt.getTime()));
}
