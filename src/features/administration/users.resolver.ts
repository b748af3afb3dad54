import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Arg, Args, Ctx, Directive, ID, Query, Resolver } from 'type-graphql';
import type { SqlExecutor } from '../../platform/database/database.js';
import { connectionOf, parsePage } from '../../platform/graphql/connection.js';
import type { RequestContext } from '../../platform/graphql/context.js';
import { type FindUser, User } from '../users/index.js';
import { UserConnection, UsersArgs } from './administration-types.js';
import { filterOf } from './find-users.js';
import { countUsers, pageOfUsers } from './listed-user.store.js';

/** How administrators find users. */
@Resolver()
export class UsersResolver {
  readonly #sql: SqlExecutor;
  readonly #find: FindUser;

  constructor(sql: SqlExecutor, find: FindUser) {
    this.#sql = sql;
    this.#find = find;
  }

  @Query(() => User, { nullable: true })
  @RequiresScopes([['users:read']])
  async user(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
  ): Promise<User | null> {
    return this.#find(context, id);
  }

  @Query(() => UserConnection, { description: 'Newest first.' })
  @RequiresScopes([['users:read']])
  @Directive('@cost(weight: 5)')
  async users(
    @Args(() => UsersArgs) args: UsersArgs,
    @Ctx() { realm }: RequestContext,
  ): Promise<UserConnection> {
    const page = parsePage(args);
    const filter = filterOf(args);
    const found = await pageOfUsers(this.#sql, realm, filter, page);
    const totalCount = () => countUsers(this.#sql, realm, filter);
    return { ...connectionOf(found, page), totalCount };
  }
}
