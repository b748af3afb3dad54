import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { Problem } from '../../platform/graphql/problem.js';

export type TokenRejection = 'MALFORMED' | 'EXPIRED' | 'USED';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    TOKEN_REJECTED: { reason: TokenRejection };
  }
}

const TokenRejectionEnum = {
  MALFORMED: 'MALFORMED',
  EXPIRED: 'EXPIRED',
  USED: 'USED',
} as const satisfies { [Name in TokenRejection]: Name };

registerEnumType(TokenRejectionEnum, {
  name: 'TokenRejection',
  valuesConfig: {
    MALFORMED: { description: 'Not a token that this service sent for this purpose.' },
    EXPIRED: { description: 'Too old, or a newer one has been sent since.' },
    USED: { description: 'It has done what it is for.' },
  },
});

@ObjectType({ implements: Problem })
export class TokenRejected extends Problem {
  @Field(() => TokenRejectionEnum)
  reason!: TokenRejection;
}

export const TOKEN_PROBLEMS = {
  TOKEN_REJECTED: { problem: TokenRejected, status: 400 },
} as const satisfies Answers<'TOKEN_REJECTED'>;
