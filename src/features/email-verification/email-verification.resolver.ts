import { Authenticated } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { type Accepted, accepted, RequestResult } from '../../platform/graphql/accepted.js';
import { callerOf, type RequestContext, viewerOf } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import { EmailVerified, VerifyEmailResult } from './email-verification-types.js';
import type { RequestEmailVerification } from './request-email-verification.js';
import type { VerifyEmail } from './verify-email.js';

export interface EmailVerificationResolverDeps {
  readonly errors: ErrorTable;
  readonly request: RequestEmailVerification;
  readonly verify: VerifyEmail;
}

@Resolver()
export class EmailVerificationResolver {
  readonly #deps: EmailVerificationResolverDeps;

  constructor(deps: EmailVerificationResolverDeps) {
    this.#deps = deps;
  }

  @Mutation(() => RequestResult, {
    description: "Sends a link to the user's address; none where it is verified already.",
  })
  @Authenticated()
  requestEmailVerification(@Ctx() context: RequestContext): Promise<Accepted | Problem> {
    const { errors, request } = this.#deps;
    return errors.orProblem(async () => {
      await request.run(context.realm, viewerOf(context).userId, callerOf(context));
      return accepted();
    });
  }

  @Mutation(() => VerifyEmailResult, {
    description: 'Where addresses are confirmed first, this makes the account: sign in then.',
  })
  verifyEmail(
    @Arg('token', () => String) token: string,
    @Ctx() context: RequestContext,
  ): Promise<EmailVerified | Problem> {
    const { errors, verify } = this.#deps;
    return errors.orProblem(async () => {
      const id = await verify.run(context.realm, token, callerOf(context));
      return Object.assign(new EmailVerified(), { user: { id } });
    });
  }
}
