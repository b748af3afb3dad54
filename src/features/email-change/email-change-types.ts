import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, InputType } from 'type-graphql';
import { Accepted } from '../../platform/graphql/accepted.js';
import { RateLimited } from '../../platform/graphql/problem.js';
import { InvalidCredentials } from '../password/index.js';
import { InvalidEmail } from '../users/index.js';

@InputType()
export class RequestEmailChangeInput {
  @Field(() => String)
  newEmail!: string;

  @Field(() => String)
  currentPassword!: string;
}

export const RequestEmailChangeResult = createUnionType({
  name: 'RequestEmailChangeResult',
  types: () => [Accepted, InvalidEmail, InvalidCredentials, RateLimited] as const,
});
