import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context.js';

@Resolver()
export class ProofResolver {
  @Query(() => Boolean, {
    description: `Whether a proof of possession (RFC 9449) came with this request that a session
would be bound to. A client asks before it signs in; an error says what is wrong with the proof.`,
  })
  proofAccepted(@Ctx() { proofKey }: RequestContext): boolean {
    return proofKey !== null;
  }
}
