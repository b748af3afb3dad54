import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, ObjectType, registerEnumType } from 'type-graphql';
import type { Answers } from '../../platform/errors/answers.js';
import { Problem } from '../../platform/graphql/problem.js';

export type RefreshRejection =
  | 'MISSING'
  | 'MALFORMED'
  | 'EXPIRED'
  | 'REVOKED'
  | 'REUSED'
  | 'UNPROVEN';

declare module '../../kernel/auth-error.js' {
  interface AuthErrorDetails {
    REFRESH_REJECTED: { reason: RefreshRejection };
  }
}

const RefreshRejectionEnum = {
  MISSING: 'MISSING',
  MALFORMED: 'MALFORMED',
  EXPIRED: 'EXPIRED',
  REVOKED: 'REVOKED',
  REUSED: 'REUSED',
  UNPROVEN: 'UNPROVEN',
} as const satisfies { [Name in RefreshRejection]: Name };

registerEnumType(RefreshRejectionEnum, {
  name: 'RefreshRejection',
  valuesConfig: {
    MISSING: { description: 'No token in the input or the cookies.' },
    MALFORMED: { description: 'Not a token that this service issued.' },
    REVOKED: { description: 'Its session was ended.' },
    REUSED: {
      description:
        'Already spent, outside the grace window: theft is assumed and the session is ended.',
    },
    UNPROVEN: {
      description:
        'Its session is bound to a key, and no proof of that key came with the request (RFC 9449).',
    },
  },
});

@ObjectType({ implements: Problem })
export class RefreshRejected extends Problem {
  @Field(() => RefreshRejectionEnum)
  reason!: RefreshRejection;
}

export const SESSION_PROBLEMS = {
  REFRESH_REJECTED: { problem: RefreshRejected, status: 401 },
} as const satisfies Answers<'REFRESH_REJECTED'>;
