import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, InputType } from 'type-graphql';
import { RateLimited } from '../../platform/graphql/problem.js';
import { SignedIn, TokenDelivery } from '../sessions/index.js';
import { EmailTaken, InvalidEmail } from '../users/index.js';
import { InvalidCredentials, WeakPassword } from './password-errors.js';

@InputType()
export class SignUpInput {
  @Field(() => String)
  email!: string;

  @Field(() => String)
  password!: string;

  @Field(() => TokenDelivery, { defaultValue: TokenDelivery.BODY })
  delivery!: TokenDelivery;
}

@InputType()
export class SignInInput {
  @Field(() => String)
  email!: string;

  @Field(() => String)
  password!: string;

  @Field(() => TokenDelivery, { defaultValue: TokenDelivery.BODY })
  delivery!: TokenDelivery;
}

// Resolvers return instances of the member classes: so type-graphql tells the members apart.

export const SignUpResult = createUnionType({
  name: 'SignUpResult',
  types: () => [SignedIn, InvalidEmail, WeakPassword, EmailTaken, RateLimited] as const,
});

export const SignInResult = createUnionType({
  name: 'SignInResult',
  types: () => [SignedIn, InvalidCredentials, RateLimited] as const,
});
