import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { ObjectType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { Problem } from '../../platform/graphql/problem.js';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    INVALID_METADATA: undefined;
  }
}

@ObjectType({ implements: Problem })
export class InvalidMetadata extends Problem {}

export const METADATA_PROBLEMS = {
  INVALID_METADATA: { problem: InvalidMetadata, status: 400 },
} as const satisfies Answers<'INVALID_METADATA'>;
