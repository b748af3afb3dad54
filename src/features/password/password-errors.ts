import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { Problem } from '../../platform/graphql/problem.js';

export type PasswordWeakness = 'TOO_SHORT' | 'TOO_LONG' | 'COMMON' | 'CONTAINS_EMAIL' | 'BREACHED';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    WEAK_PASSWORD: { reasons: readonly PasswordWeakness[]; minimumLength: number };
    INVALID_CREDENTIALS: undefined;
    SIGN_UP_CLOSED: undefined;
  }
}

const PasswordWeaknessEnum = {
  TOO_SHORT: 'TOO_SHORT',
  TOO_LONG: 'TOO_LONG',
  COMMON: 'COMMON',
  CONTAINS_EMAIL: 'CONTAINS_EMAIL',
  BREACHED: 'BREACHED',
} as const satisfies { [Name in PasswordWeakness]: Name };

registerEnumType(PasswordWeaknessEnum, {
  name: 'PasswordWeakness',
  valuesConfig: {
    COMMON: {
      description:
        'Tried first by attackers, or as easy to guess: a repetition, a sequence, nothing visible.',
    },
    CONTAINS_EMAIL: { description: 'Contains what stands before the @ of the address.' },
    BREACHED: { description: 'Known from a breach of some service; asked only where set up.' },
  },
});

@ObjectType({ implements: Problem })
export class WeakPassword extends Problem {
  @Field(() => [PasswordWeaknessEnum])
  reasons!: PasswordWeakness[];

  @Field(() => Int)
  minimumLength!: number;
}

@ObjectType({ implements: Problem })
export class InvalidCredentials extends Problem {}

@ObjectType({ implements: Problem })
export class SignUpClosed extends Problem {}

export const PASSWORD_PROBLEMS = {
  WEAK_PASSWORD: { problem: WeakPassword, status: 400 },
  INVALID_CREDENTIALS: { problem: InvalidCredentials, status: 401 },
  SIGN_UP_CLOSED: { problem: SignUpClosed, status: 403 },
} as const satisfies Answers<'WEAK_PASSWORD' | 'INVALID_CREDENTIALS' | 'SIGN_UP_CLOSED'>;
