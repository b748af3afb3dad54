import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { type Accepted, accepted, RequestResult } from '../../platform/graphql/accepted.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import type { KnownDevices } from '../known-devices/index.js';
import { PasswordChanged } from '../password/index.js';
import { ResetPasswordInput, ResetPasswordResult } from './password-reset-types.js';
import type { RequestPasswordReset } from './request-password-reset.js';
import type { ResetPassword } from './reset-password.js';

export interface PasswordResetResolverDeps {
  readonly errors: ErrorTable;
  readonly request: RequestPasswordReset;
  readonly reset: ResetPassword;
  readonly devices: KnownDevices;
}

@Resolver()
export class PasswordResetResolver {
  readonly #deps: PasswordResetResolverDeps;

  constructor(deps: PasswordResetResolverDeps) {
    this.#deps = deps;
  }

  @Mutation(() => RequestResult, {
    description: 'Always answers Accepted: it never tells whether the address is known.',
  })
  requestPasswordReset(
    @Arg('email', () => String) email: string,
    @Ctx() context: RequestContext,
  ): Promise<Accepted | Problem> {
    const { errors, request } = this.#deps;
    return errors.orProblem(async () => {
      await request.run(context.realm, email, callerOf(context));
      return accepted();
    });
  }

  @Mutation(() => ResetPasswordResult)
  resetPassword(
    @Arg('input', () => ResetPasswordInput) input: ResetPasswordInput,
    @Ctx() context: RequestContext,
  ): Promise<PasswordChanged | Problem> {
    const { errors, reset, devices } = this.#deps;
    return errors.orProblem(async () => {
      const { realm } = context;
      const { userId, endedSessions } = await reset.run(realm, input, callerOf(context));
      const deviceToken = devices.tokenFor(realm, userId);
      const user = { id: userId };
      return Object.assign(new PasswordChanged(), { user, endedSessions, deviceToken });
    });
  }
}
