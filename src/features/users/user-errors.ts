import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { ObjectType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { Problem } from '../../platform/graphql/problem.js';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    INVALID_EMAIL: undefined;
    EMAIL_TAKEN: undefined;
  }
}

@ObjectType({ implements: Problem })
export class InvalidEmail extends Problem {}

@ObjectType({ implements: Problem })
export class EmailTaken extends Problem {}

export const USER_PROBLEMS = {
  INVALID_EMAIL: { problem: InvalidEmail, status: 400 },
  EMAIL_TAKEN: { problem: EmailTaken, status: 409 },
} as const satisfies Answers<'INVALID_EMAIL' | 'EMAIL_TAKEN'>;
