import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { signIn } from '../flows/sign-in.js';
import { signUp } from '../flows/sign-up.js';
import type { IssuedSession } from '../sessions/session-issuer.js';
import type { RequestContext } from './context.js';
import { assertDeliverable, deliverTokens } from './deliver-tokens.js';
import { orProblem } from './error-table.js';
import { SignInInput, SignUpInput, type TokenDelivery } from './input-types.js';
import { type Problem, SignedIn } from './object-types.js';
import { SignInResult, SignUpResult } from './result-unions.js';

@Resolver()
export class PasswordResolver {
  @Mutation(() => SignUpResult)
  signUp(@Arg('input', () => SignUpInput) input: SignUpInput, @Ctx() context: RequestContext): Promise<SignedIn | Problem> {
    return signedIn(context, input.delivery, () => signUp(context.services, input, context.device));
  }

  @Mutation(() => SignInResult)
  signIn(@Arg('input', () => SignInInput) input: SignInInput, @Ctx() context: RequestContext): Promise<SignedIn | Problem> {
    return signedIn(context, input.delivery, () => signIn(context.services, input, context.device));
  }
}

function signedIn(context: RequestContext, delivery: TokenDelivery, flow: () => Promise<IssuedSession>): Promise<SignedIn | Problem> {
  return orProblem(async () => {
    assertDeliverable(context, delivery);
    const issued = await flow();
    const tokens = deliverTokens(context, issued, delivery);
    return Object.assign(new SignedIn(), { user: { id: issued.userId }, session: { id: issued.sessionId }, tokens });
  });
}
