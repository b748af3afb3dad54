import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, ObjectType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { Problem } from '../../platform/graphql/problem.js';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    REFUSED: { ownCode: string | null };
  }
}

@ObjectType({
  implements: Problem,
  description: 'The application that the service runs in says no, in its own words.',
})
export class Refused extends Problem {
  @Field(() => String, { name: 'code', nullable: true, description: 'Its own name for why.' })
  ownCode!: string | null;
}

export const HOOK_PROBLEMS = {
  REFUSED: { problem: Refused, status: 403 },
} as const satisfies Answers<'REFUSED'>;

/** A hook failed, or answered wrongly. The request is refused, and callers are not told why. */
export class HookFailed extends Error {
  override readonly name = 'HookFailed';
}
