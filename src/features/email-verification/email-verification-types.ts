import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, ObjectType } from 'type-graphql';
import { RateLimited } from '../../platform/graphql/problem.js';
import { Refused } from '../hooks/index.js';
import { TokenRejected } from '../one-time-tokens/index.js';
import { EmailTaken, User } from '../users/index.js';

@ObjectType()
export class EmailVerified {
  @Field(() => User)
  user!: User;
}

export const VerifyEmailResult = createUnionType({
  name: 'VerifyEmailResult',
  types: () => [EmailVerified, TokenRejected, EmailTaken, RateLimited, Refused] as const,
});
