import { Authenticated } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { type Accepted, accepted } from '../../platform/graphql/accepted.js';
import { callerOf, type RequestContext, viewerOf } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import { EmailVerified, VerifyEmailResult } from '../email-verification/index.js';
import type { ConfirmEmailChange } from './confirm-email-change.js';
import { RequestEmailChangeInput, RequestEmailChangeResult } from './email-change-types.js';
import type { RequestEmailChange } from './request-email-change.js';

export interface EmailChangeResolverDeps {
  readonly errors: ErrorTable;
  readonly request: RequestEmailChange;
  readonly confirm: ConfirmEmailChange;
}

@Resolver()
export class EmailChangeResolver {
  readonly #deps: EmailChangeResolverDeps;

  constructor(deps: EmailChangeResolverDeps) {
    this.#deps = deps;
  }

  @Mutation(() => RequestEmailChangeResult, {
    description:
      'Sends a link to the new address, unless it has an account, and tells the old one.',
  })
  @Authenticated()
  requestEmailChange(
    @Arg('input', () => RequestEmailChangeInput) input: RequestEmailChangeInput,
    @Ctx() context: RequestContext,
  ): Promise<Accepted | Problem> {
    const { errors, request } = this.#deps;
    return errors.orProblem(async () => {
      await request.run(context.realm, viewerOf(context), input, callerOf(context));
      return accepted();
    });
  }

  @Mutation(() => VerifyEmailResult, { description: "Ends the user's other sessions." })
  confirmEmailChange(
    @Arg('token', () => String) token: string,
    @Ctx() context: RequestContext,
  ): Promise<EmailVerified | Problem> {
    const { errors, confirm } = this.#deps;
    return errors.orProblem(async () => {
      const id = await confirm.run(context.realm, token, callerOf(context));
      return Object.assign(new EmailVerified(), { user: { id } });
    });
  }
}
