import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, InputType } from 'type-graphql';
import { RateLimited } from '../../platform/graphql/problem.js';
import { Refused } from '../hooks/index.js';
import { TokenRejected } from '../one-time-tokens/index.js';
import { WeakPassword } from '../password/index.js';
import { SignedIn, TokenDelivery } from '../sessions/index.js';

@InputType()
export class AcceptInvitationInput {
  @Field(() => String, { description: 'From the link in the mail.' })
  token!: string;

  @Field(() => String)
  password!: string;

  @Field(() => TokenDelivery, { defaultValue: TokenDelivery.BODY })
  delivery!: TokenDelivery;
}

export const AcceptInvitationResult = createUnionType({
  name: 'AcceptInvitationResult',
  types: () => [SignedIn, TokenRejected, WeakPassword, RateLimited, Refused] as const,
});
