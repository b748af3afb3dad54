import { Authenticated } from '@authgraph/sdk/type-graphql';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { type Accepted, accepted } from '../../platform/graphql/accepted.js';
import { callerOf, type RequestContext, viewerOf } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import type { KnownDevices } from '../known-devices/index.js';
import type { DeliverTokens, SignedIn } from '../sessions/index.js';
import type { ChangePassword } from './change-password.js';
import type { ConfirmSignUp } from './confirm-sign-up.js';
import { PASSWORD_SETTINGS } from './password-settings.js';
import {
  ChangePasswordInput,
  ChangePasswordResult,
  PasswordChanged,
  SignInInput,
  SignInResult,
  SignUpInput,
  SignUpResult,
} from './password-types.js';
import type { SignIn } from './sign-in.js';
import type { SignUp } from './sign-up.js';

export interface PasswordResolverDeps {
  readonly errors: ErrorTable;
  readonly tokens: DeliverTokens;
  readonly signUp: SignUp;
  readonly confirmSignUp: ConfirmSignUp;
  readonly signIn: SignIn;
  readonly changePassword: ChangePassword;
  readonly devices: KnownDevices;
}

@Resolver()
export class PasswordResolver {
  readonly #deps: PasswordResolverDeps;

  constructor(deps: PasswordResolverDeps) {
    this.#deps = deps;
  }

  @Mutation(() => SignUpResult, {
    description: 'Where addresses are confirmed first, this answers Accepted to everybody.',
  })
  signUp(
    @Arg('input', () => SignUpInput) input: SignUpInput,
    @Ctx() context: RequestContext,
  ): Promise<SignedIn | Accepted | Problem> {
    const { errors, tokens, signUp, confirmSignUp } = this.#deps;
    const { realm } = context;
    const caller = callerOf(context);
    if (PASSWORD_SETTINGS.of(realm).signUp === 'confirm') {
      return errors.orProblem(async () => {
        await confirmSignUp.request(realm, input, caller);
        return accepted();
      });
    }
    const flow = () => signUp.run(realm, input, caller);
    return errors.orProblem(() => tokens.signIn(context, input.delivery, flow));
  }

  @Mutation(() => SignInResult)
  signIn(
    @Arg('input', () => SignInInput) input: SignInInput,
    @Ctx() context: RequestContext,
  ): Promise<SignedIn | Problem> {
    const { errors, tokens, signIn, devices } = this.#deps;
    const { email, password, challengeSolution } = input;
    const deviceToken = devices.tokenOf(context, input.deviceToken);
    const attempt = { email, password, deviceToken, challengeSolution };
    const flow = () => signIn.run(context.realm, attempt, callerOf(context));
    return errors.orProblem(() => tokens.signIn(context, input.delivery, flow));
  }

  @Mutation(() => ChangePasswordResult)
  @Authenticated()
  changePassword(
    @Arg('input', () => ChangePasswordInput) input: ChangePasswordInput,
    @Ctx() context: RequestContext,
  ): Promise<PasswordChanged | Problem> {
    const { errors, changePassword } = this.#deps;
    return errors.orProblem(async () => {
      const { realm } = context;
      const viewer = viewerOf(context);
      const endedSessions = await changePassword.run(realm, viewer, input, callerOf(context));
      return Object.assign(new PasswordChanged(), { user: { id: viewer.userId }, endedSessions });
    });
  }
}
