import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Authenticated } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, Field, InputType, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext, viewerOf } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import { DeleteAccountResult } from '../administration/index.js';
import { AccountDeleted } from '../users/index.js';
import type { DeleteMyAccount } from './delete-my-account.js';

@InputType()
export class DeleteMyAccountInput {
  @Field(() => String)
  currentPassword!: string;
}

@Resolver()
export class AccountDeletionResolver {
  readonly #errors: ErrorTable;
  readonly #deleteMyAccount: DeleteMyAccount;

  constructor(errors: ErrorTable, deleteMyAccount: DeleteMyAccount) {
    this.#errors = errors;
    this.#deleteMyAccount = deleteMyAccount;
  }

  @Mutation(() => DeleteAccountResult, {
    description:
      'Ends all sessions. Where there is a time of grace, signing in within it keeps the account.',
  })
  @Authenticated()
  deleteMyAccount(
    @Arg('input', () => DeleteMyAccountInput) { currentPassword }: DeleteMyAccountInput,
    @Ctx() context: RequestContext,
  ): Promise<AccountDeleted | Problem> {
    return this.#errors.orProblem(async () => {
      const viewer = viewerOf(context);
      const caller = callerOf(context);
      await this.#deleteMyAccount.run(context.realm, viewer, currentPassword, caller);
      return Object.assign(new AccountDeleted(), { id: viewer.userId });
    });
  }
}
