import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { DateTime } from '../../platform/graphql/date-time.js';
import { JSONValue } from '../../platform/graphql/json.js';
import type { RequestLoader } from '../../platform/graphql/request-loader.js';
import { FALLBACK_LANGUAGE } from '../../platform/mail/choose-language.policy.js';
import { maySeeUser } from './may-see-user.policy.js';
import type { ListedUser } from './user.store.js';
import { User } from './user-type.js';

const PERSONAL = 'Visible to the user and to callers that hold users:read.';

@Resolver(() => User)
export class UserResolver {
  readonly #users: RequestLoader<ListedUser>;

  constructor(users: RequestLoader<ListedUser>) {
    this.#users = users;
  }

  @Query(() => User, {
    nullable: true,
    description: 'The signed-in user; null for an anonymous request.',
  })
  me(@Ctx() { session }: RequestContext): User | null {
    return session && { id: session.userId };
  }

  @FieldResolver(() => String, { nullable: true, description: PERSONAL })
  async email(@Root() user: User, @Ctx() context: RequestContext): Promise<string | null> {
    return (await this.#visible(user, context))?.email ?? null;
  }

  @FieldResolver(() => Boolean, { nullable: true, description: PERSONAL })
  async emailVerified(@Root() user: User, @Ctx() context: RequestContext): Promise<boolean | null> {
    const stored = await this.#visible(user, context);
    return stored ? stored.emailVerifiedAt !== null : null;
  }

  @FieldResolver(() => DateTime)
  async createdAt(@Root() user: User, @Ctx() context: RequestContext): Promise<Date> {
    const stored = await this.#users.load(context, user.id);
    if (stored === undefined) throw new AuthError('NOT_FOUND', 'This user was deleted.');
    return stored.createdAt;
  }

  @FieldResolver(() => JSONValue, {
    nullable: true,
    description:
      'Readable by everybody who may see the user, and in the token where a setting lists the key.',
  })
  async publicMetadata(@Root() user: User, @Ctx() context: RequestContext): Promise<object | null> {
    return (await this.#visible(user, context))?.publicMetadata ?? null;
  }

  @FieldResolver(() => JSONValue, {
    nullable: true,
    description: 'Only for callers that hold users:read.',
  })
  @RequiresScopes([['users:read']])
  async privateMetadata(
    @Root() user: User,
    @Ctx() context: RequestContext,
  ): Promise<object | null> {
    return (await this.#visible(user, context))?.privateMetadata ?? null;
  }

  @FieldResolver(() => Boolean, { nullable: true })
  @RequiresScopes([['users:read']])
  async disabled(@Root() user: User, @Ctx() context: RequestContext): Promise<boolean | null> {
    return (await this.#visible(user, context))?.disabled ?? null;
  }

  @FieldResolver(() => [String], { nullable: true, description: PERSONAL })
  async roles(@Root() user: User, @Ctx() context: RequestContext): Promise<string[] | null> {
    return (await this.#visible(user, context))?.roles ?? null;
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: `What mails to the user are written in. ${PERSONAL}`,
  })
  async language(@Root() user: User, @Ctx() context: RequestContext): Promise<string | null> {
    const stored = await this.#visible(user, context);
    return stored ? (stored.language ?? FALLBACK_LANGUAGE) : null;
  }

  async #visible(user: User, context: RequestContext): Promise<ListedUser | undefined> {
    const { session } = context;
    return maySeeUser(session, user.id, 'users:read')
      ? this.#users.load(context, user.id)
      : undefined;
  }
}
