import { Ctx, FieldResolver, Query, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { DateTime } from '../../platform/graphql/date-time.js';
import type { RequestLoader } from '../../platform/graphql/request-loader.js';
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
  async createdAt(@Root() user: User, @Ctx() context: RequestContext): Promise<Date | undefined> {
    return (await this.#users.load(context, user.id))?.createdAt;
  }

  @FieldResolver(() => [String], { nullable: true, description: PERSONAL })
  async roles(@Root() user: User, @Ctx() context: RequestContext): Promise<string[] | null> {
    return (await this.#visible(user, context))?.roles ?? null;
  }

  async #visible(user: User, context: RequestContext): Promise<ListedUser | undefined> {
    const { session } = context;
    return maySeeUser(session, user.id, 'users:read')
      ? this.#users.load(context, user.id)
      : undefined;
  }
}
