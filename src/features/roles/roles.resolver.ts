import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, Mutation, Query, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import { Role, RoleSaved, SaveRoleInput, SaveRoleResult } from './role-types.js';
import type { Roles } from './roles.js';

@Resolver()
export class RolesResolver {
  readonly #errors: ErrorTable;
  readonly #roles: Roles;

  constructor(errors: ErrorTable, roles: Roles) {
    this.#errors = errors;
    this.#roles = roles;
  }

  @Query(() => [Role])
  @RequiresScopes([['roles:read']])
  roles(@Ctx() { realm }: RequestContext): Promise<Role[]> {
    return this.#roles.list(realm);
  }

  @Mutation(() => SaveRoleResult, {
    description:
      'Makes a role, or changes what it grants: its holders have that from their next refresh on.',
  })
  @RequiresScopes([['roles:write']])
  saveRole(
    @Arg('input', () => SaveRoleInput) input: SaveRoleInput,
    @Ctx() context: RequestContext,
  ): Promise<RoleSaved | Problem> {
    return this.#errors.orProblem(async () => {
      const role = await this.#roles.save(context.realm, input, callerOf(context));
      return Object.assign(new RoleSaved(), { role });
    });
  }
}
