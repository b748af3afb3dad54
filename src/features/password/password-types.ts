import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, InputType, Int, ObjectType } from 'type-graphql';
import { Accepted } from '../../platform/graphql/accepted.js';
import { RateLimited } from '../../platform/graphql/problem.js';
import { ChallengeRequired } from '../challenges/index.js';
import { Refused } from '../hooks/index.js';
import { SignedIn, TokenDelivery } from '../sessions/index.js';
import { EmailTaken, InvalidEmail, User } from '../users/index.js';
import { InvalidCredentials, SignUpClosed, WeakPassword } from './password-errors.js';

const SOLUTION = 'Of the challenge that the last attempt was answered with (`ChallengeRequired`).';

@InputType()
export class SignUpInput {
  @Field(() => String)
  email!: string;

  @Field(() => String)
  password!: string;

  @Field(() => TokenDelivery, { defaultValue: TokenDelivery.BODY })
  delivery!: TokenDelivery;

  @Field(() => String, { nullable: true, description: SOLUTION })
  challengeSolution?: string | null;
}

@InputType()
export class SignInInput {
  @Field(() => String)
  email!: string;

  @Field(() => String)
  password!: string;

  @Field(() => TokenDelivery, { defaultValue: TokenDelivery.BODY })
  delivery!: TokenDelivery;

  @Field(() => String, {
    nullable: true,
    description:
      'From an earlier sign-in on this device, which strangers who guess cannot keep out then.',
  })
  deviceToken?: string | null;

  @Field(() => String, { nullable: true, description: SOLUTION })
  challengeSolution?: string | null;
}

@InputType()
export class ChangePasswordInput {
  @Field(() => String)
  currentPassword!: string;

  @Field(() => String)
  newPassword!: string;

  @Field(() => Boolean, { defaultValue: true })
  signOutOtherSessions!: boolean;
}

@ObjectType()
export class PasswordChanged {
  @Field(() => User)
  user!: User;

  @Field(() => Int)
  endedSessions!: number;

  @Field(() => String, {
    nullable: true,
    description: 'After a recovery: lets this device sign in while strangers guess.',
  })
  deviceToken?: string | null;
}

// Resolvers return instances of the member classes: so type-graphql tells the members apart.

export const SignUpResult = createUnionType({
  name: 'SignUpResult',
  types: () =>
    [
      SignedIn,
      Accepted,
      InvalidEmail,
      WeakPassword,
      EmailTaken,
      SignUpClosed,
      RateLimited,
      ChallengeRequired,
      Refused,
    ] as const,
});

export const SignInResult = createUnionType({
  name: 'SignInResult',
  types: () => [SignedIn, InvalidCredentials, RateLimited, ChallengeRequired, Refused] as const,
});

export const ChangePasswordResult = createUnionType({
  name: 'ChangePasswordResult',
  types: () => [PasswordChanged, InvalidCredentials, WeakPassword, RateLimited] as const,
});
