import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import type { DeliverTokens, SignedIn } from '../sessions/index.js';
import { SignInInput, SignInResult, SignUpInput, SignUpResult } from './password-types.js';
import type { SignIn } from './sign-in.js';
import type { SignUp } from './sign-up.js';

export interface PasswordResolverDeps {
  readonly errors: ErrorTable;
  readonly tokens: DeliverTokens;
  readonly signUp: SignUp;
  readonly signIn: SignIn;
}

@Resolver()
export class PasswordResolver {
  readonly #deps: PasswordResolverDeps;

  constructor(deps: PasswordResolverDeps) {
    this.#deps = deps;
  }

  @Mutation(() => SignUpResult)
  signUp(
    @Arg('input', () => SignUpInput) input: SignUpInput,
    @Ctx() context: RequestContext,
  ): Promise<SignedIn | Problem> {
    const { errors, tokens, signUp } = this.#deps;
    const flow = () => signUp.run(context.realm, input, callerOf(context));
    return errors.orProblem(() => tokens.signIn(context, input.delivery, flow));
  }

  @Mutation(() => SignInResult)
  signIn(
    @Arg('input', () => SignInInput) input: SignInInput,
    @Ctx() context: RequestContext,
  ): Promise<SignedIn | Problem> {
    const { errors, tokens, signIn } = this.#deps;
    const flow = () => signIn.run(context.realm, input, callerOf(context));
    return errors.orProblem(() => tokens.signIn(context, input.delivery, flow));
  }
}
