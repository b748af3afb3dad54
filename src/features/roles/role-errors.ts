import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { ObjectType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { Problem } from '../../platform/graphql/problem.js';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    INVALID_ROLE: undefined;
    LAST_ADMINISTRATOR: undefined;
  }
}

@ObjectType({ implements: Problem })
export class InvalidRole extends Problem {}

@ObjectType({ implements: Problem })
export class LastAdministrator extends Problem {}

export const ROLE_PROBLEMS = {
  INVALID_ROLE: { problem: InvalidRole, status: 400 },
  LAST_ADMINISTRATOR: { problem: LastAdministrator, status: 409 },
} as const satisfies Answers<'INVALID_ROLE' | 'LAST_ADMINISTRATOR'>;
