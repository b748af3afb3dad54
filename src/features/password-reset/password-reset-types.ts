import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, InputType } from 'type-graphql';
import { RateLimited } from '../../platform/graphql/problem.js';
import { TokenRejected } from '../one-time-tokens/index.js';
import { PasswordChanged, WeakPassword } from '../password/index.js';

@InputType()
export class ResetPasswordInput {
  @Field(() => String, { description: 'From the link in the mail.' })
  token!: string;

  @Field(() => String)
  newPassword!: string;
}

export const ResetPasswordResult = createUnionType({
  name: 'ResetPasswordResult',
  types: () => [PasswordChanged, TokenRejected, WeakPassword, RateLimited] as const,
});
