import { RequiresScopes } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { AuthError } from '../../kernel/auth-error.js';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import type { InviteUser } from '../invitations/index.js';
import type { SignUp } from '../password/index.js';
import { SignedOut } from '../sessions/index.js';
import { AccountDeleted, UserUpdated } from '../users/index.js';
import {
  CreateUserInput,
  CreateUserResult,
  DeleteAccountResult,
  UserAdminResult,
  UserCreated,
} from './administration-types.js';
import type { ManageUsers } from './manage-users.js';

export interface ManageUsersResolverDeps {
  readonly errors: ErrorTable;
  readonly signUp: SignUp;
  readonly invite: InviteUser;
  readonly users: ManageUsers;
}

/** What administrators do with users. */
@Resolver()
export class ManageUsersResolver {
  readonly #deps: ManageUsersResolverDeps;

  constructor(deps: ManageUsersResolverDeps) {
    this.#deps = deps;
  }

  @Mutation(() => CreateUserResult)
  @RequiresScopes([['users:write']])
  createUser(
    @Arg('input', () => CreateUserInput) input: CreateUserInput,
    @Ctx() context: RequestContext,
  ): Promise<UserCreated | Problem> {
    const { errors, signUp, invite } = this.#deps;
    const { email, password, roles } = input;
    return errors.orProblem(async () => {
      // Whoever may only make users must not make administrators.
      if (roles?.length && !context.session?.scopes.includes('roles:write')) {
        throw new AuthError('FORBIDDEN', 'Giving roles needs the scope roles:write.');
      }
      const [{ realm }, caller] = [context, callerOf(context)];
      const user = { email, roles: roles ?? [] };
      const id =
        password == null
          ? await invite.run(realm, user, caller)
          : await signUp.create(realm, { ...user, password }, caller);
      return Object.assign(new UserCreated(), { user: { id } });
    });
  }

  @Mutation(() => UserAdminResult, {
    description: 'Ends their sessions, and lets them in no more.',
  })
  @RequiresScopes([['users:write']])
  disableUser(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
  ): Promise<UserUpdated | Problem> {
    const { errors, users } = this.#deps;
    return errors.orProblem(async () => {
      const userId = await users.disable(context.realm, id, callerOf(context));
      return Object.assign(new UserUpdated(), { user: { id: userId } });
    });
  }

  @Mutation(() => UserAdminResult)
  @RequiresScopes([['users:write']])
  enableUser(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
  ): Promise<UserUpdated | Problem> {
    const { errors, users } = this.#deps;
    return errors.orProblem(async () => {
      const userId = await users.enable(context.realm, id, callerOf(context));
      return Object.assign(new UserUpdated(), { user: { id: userId } });
    });
  }

  @Mutation(() => DeleteAccountResult)
  @RequiresScopes([['users:write']])
  deleteUser(
    @Arg('id', () => ID) id: string,
    @Ctx() context: RequestContext,
  ): Promise<AccountDeleted | Problem> {
    const { errors, users } = this.#deps;
    return errors.orProblem(async () => {
      const userId = await users.delete(context.realm, id, callerOf(context));
      return Object.assign(new AccountDeleted(), { id: userId });
    });
  }

  @Mutation(() => SignedOut, { description: "Ends all of a user's sessions." })
  @RequiresScopes([['sessions:write']])
  async revokeUserSessions(
    @Arg('userId', () => ID) userId: string,
    @Ctx() context: RequestContext,
  ): Promise<SignedOut> {
    const endedSessions = await this.#deps.users.signOut(context.realm, userId, callerOf(context));
    return { endedSessions };
  }
}
