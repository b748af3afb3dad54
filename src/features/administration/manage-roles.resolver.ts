import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import { UserUpdated } from '../users/index.js';
import { DeleteRoleResult, RoleDeleted, UserAdminResult } from './administration-types.js';
import type { ManageRoles } from './manage-roles.js';

/** Who holds which role. */
@Resolver()
export class ManageRolesResolver {
  readonly #errors: ErrorTable;
  readonly #roles: ManageRoles;

  constructor(errors: ErrorTable, roles: ManageRoles) {
    this.#errors = errors;
    this.#roles = roles;
  }

  @Mutation(() => UserAdminResult, {
    description: 'They have what the role grants from their next refresh on.',
  })
  @RequiresScopes([['roles:write']])
  grantRole(
    @Arg('userId', () => ID) userId: string,
    @Arg('role', () => String) role: string,
    @Ctx() context: RequestContext,
  ): Promise<UserUpdated | Problem> {
    return this.#errors.orProblem(async () => {
      const id = await this.#roles.grant(context.realm, userId, role, callerOf(context));
      return Object.assign(new UserUpdated(), { user: { id } });
    });
  }

  @Mutation(() => UserAdminResult, { description: 'Ends their sessions.' })
  @RequiresScopes([['roles:write']])
  revokeRole(
    @Arg('userId', () => ID) userId: string,
    @Arg('role', () => String) role: string,
    @Ctx() context: RequestContext,
  ): Promise<UserUpdated | Problem> {
    return this.#errors.orProblem(async () => {
      const id = await this.#roles.revoke(context.realm, userId, role, callerOf(context));
      return Object.assign(new UserUpdated(), { user: { id } });
    });
  }

  @Mutation(() => DeleteRoleResult, {
    description: 'Takes it from all who hold it, and ends their sessions.',
  })
  @RequiresScopes([['roles:write']])
  deleteRole(
    @Arg('name', () => String) name: string,
    @Ctx() context: RequestContext,
  ): Promise<RoleDeleted | Problem> {
    return this.#errors.orProblem(async () => {
      await this.#roles.delete(context.realm, name, callerOf(context));
      return Object.assign(new RoleDeleted(), { name });
    });
  }
}
