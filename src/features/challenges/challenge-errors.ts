import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { JSONValue } from '../../platform/graphql/json.js';
import { Problem } from '../../platform/graphql/problem.js';

export type ChallengeRejection = 'MISSING' | 'INVALID' | 'EXPIRED' | 'USED';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    CHALLENGE_REQUIRED: { reason: ChallengeRejection; challenge: unknown };
  }
}

const ChallengeRejectionEnum = {
  MISSING: 'MISSING',
  INVALID: 'INVALID',
  EXPIRED: 'EXPIRED',
  USED: 'USED',
} as const satisfies { [Name in ChallengeRejection]: Name };

registerEnumType(ChallengeRejectionEnum, {
  name: 'ChallengeRejection',
  description: 'What was wrong with the solution that came.',
  valuesConfig: {
    MISSING: { description: 'None came.' },
    INVALID: { description: 'It solves no challenge of this realm for this operation.' },
    USED: { description: 'A solution is good for one attempt.' },
  },
});

@ObjectType({
  implements: Problem,
  description: `Too many sign-ins fail at present. Solve the challenge and try again with
\`challengeSolution\`. Devices that have signed in before are not asked.`,
})
export class ChallengeRequired extends Problem {
  @Field(() => ChallengeRejectionEnum)
  reason!: ChallengeRejection;

  @Field(() => JSONValue, {
    description: `A proof of work of ALTCHA, version 2: what \`altcha-lib\` and ALTCHA's widget
take. The solution is what the widget submits: JSON of \`challenge\` and \`solution\` in base64.`,
  })
  challenge!: unknown;
}

export const CHALLENGE_PROBLEMS = {
  CHALLENGE_REQUIRED: { problem: ChallengeRequired, status: 429 },
} as const satisfies Answers<'CHALLENGE_REQUIRED'>;
