import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { orProblem } from '../../platform/graphql/error-table.js';
import {
  SignInInput,
  SignUpInput,
  type TokenDelivery,
} from '../../platform/graphql/input-types.js';
import { type Problem, SignedIn } from '../../platform/graphql/object-types.js';
import { SignInResult, SignUpResult } from '../../platform/graphql/result-unions.js';
import { assertDeliverable, deliverTokens } from '../sessions/deliver-tokens.js';
import type { IssuedSession } from '../sessions/session-issuer.js';
import { signIn } from './sign-in.js';
import { signUp } from './sign-up.js';

@Resolver()
export class PasswordResolver {
  @Mutation(() => SignUpResult)
  signUp(
    @Arg('input', () => SignUpInput) input: SignUpInput,
    @Ctx() context: RequestContext,
  ): Promise<SignedIn | Problem> {
    return signedIn(context, input.delivery, () => signUp(context.services, input, context.device));
  }

  @Mutation(() => SignInResult)
  signIn(
    @Arg('input', () => SignInInput) input: SignInInput,
    @Ctx() context: RequestContext,
  ): Promise<SignedIn | Problem> {
    return signedIn(context, input.delivery, () => signIn(context.services, input, context.device));
  }
}

function signedIn(
  context: RequestContext,
  delivery: TokenDelivery,
  flow: () => Promise<IssuedSession>,
): Promise<SignedIn | Problem> {
  return orProblem(async () => {
    assertDeliverable(context, delivery);
    const issued = await flow();
    const tokens = deliverTokens(context, issued, delivery);
    return Object.assign(new SignedIn(), {
      user: { id: issued.userId },
      session: { id: issued.sessionId },
      tokens,
    });
  });
}
