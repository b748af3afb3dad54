import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { ErrorTable } from '../../platform/errors/error-table.js';
import { callerOf, type RequestContext } from '../../platform/graphql/context.js';
import type { Problem } from '../../platform/graphql/problem.js';
import type { DeliverTokens, SignedIn } from '../sessions/index.js';
import type { AcceptInvitation } from './accept-invitation.js';
import { AcceptInvitationInput, AcceptInvitationResult } from './invitation-types.js';

export interface InvitationsResolverDeps {
  readonly errors: ErrorTable;
  readonly delivery: DeliverTokens;
  readonly accept: AcceptInvitation;
}

@Resolver()
export class InvitationsResolver {
  readonly #deps: InvitationsResolverDeps;

  constructor(deps: InvitationsResolverDeps) {
    this.#deps = deps;
  }

  @Mutation(() => AcceptInvitationResult)
  acceptInvitation(
    @Arg('input', () => AcceptInvitationInput) input: AcceptInvitationInput,
    @Ctx() context: RequestContext,
  ): Promise<SignedIn | Problem> {
    const { errors, delivery, accept } = this.#deps;
    const flow = () => accept.run(context.realm, input, callerOf(context));
    return errors.orProblem(() => delivery.signIn(context, input.delivery, flow));
  }
}
