import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { ObjectType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { Problem } from '../../platform/graphql/problem.js';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    INVALID_WEBHOOK: undefined;
  }
}

@ObjectType({ implements: Problem })
export class InvalidWebhook extends Problem {}

export const WEBHOOK_PROBLEMS = {
  INVALID_WEBHOOK: { problem: InvalidWebhook, status: 400 },
} as const satisfies Answers<'INVALID_WEBHOOK'>;
