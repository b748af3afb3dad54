import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import type { RequestLoader } from '../../platform/graphql/request-loader.js';
import { Identity } from './identity-type.js';
import { maySeeUser } from './may-see-user.policy.js';
import type { UserIdentities } from './user-identities.store.js';
import { User } from './user-type.js';

@Resolver(() => User)
export class UserIdentitiesResolver {
  readonly #identities: RequestLoader<UserIdentities>;

  constructor(identities: RequestLoader<UserIdentities>) {
    this.#identities = identities;
  }

  @FieldResolver(() => [Identity], {
    nullable: true,
    description: 'How the user is known. Visible to the user and to callers that hold users:read.',
  })
  async identities(
    @Root() { id }: User,
    @Ctx() context: RequestContext,
  ): Promise<readonly Identity[] | null> {
    if (!maySeeUser(context.session, id, 'users:read')) return null;
    return (await this.#identities.load(context, id))?.identities ?? [];
  }
}
