import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { PasswordWeakness, RefreshRejection } from '../../kernel/auth-error.js';
import { Problem } from './object-types.js';

const PasswordWeaknessEnum = {
  TOO_SHORT: 'TOO_SHORT',
  TOO_LONG: 'TOO_LONG',
  COMMON: 'COMMON',
  CONTAINS_EMAIL: 'CONTAINS_EMAIL',
} as const satisfies { [Name in PasswordWeakness]: Name };

registerEnumType(PasswordWeaknessEnum, {
  name: 'PasswordWeakness',
  valuesConfig: {
    COMMON: { description: 'On the list of passwords that attackers try first.' },
    CONTAINS_EMAIL: { description: 'Contains what stands before the @ of the address.' },
  },
});

const RefreshRejectionEnum = {
  MISSING: 'MISSING',
  MALFORMED: 'MALFORMED',
  EXPIRED: 'EXPIRED',
  REVOKED: 'REVOKED',
  REUSED: 'REUSED',
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
  },
});

@ObjectType({ implements: Problem })
export class InvalidEmail extends Problem {}

@ObjectType({ implements: Problem })
export class EmailTaken extends Problem {}

@ObjectType({ implements: Problem })
export class InvalidCredentials extends Problem {}

@ObjectType({ implements: Problem })
export class WeakPassword extends Problem {
  @Field(() => [PasswordWeaknessEnum])
  reasons!: PasswordWeakness[];

  @Field(() => Int)
  minimumLength!: number;
}

@ObjectType({ implements: Problem })
export class RateLimited extends Problem {
  @Field(() => Int)
  retryAfterSeconds!: number;
}

@ObjectType({ implements: Problem })
export class RefreshRejected extends Problem {
  @Field(() => RefreshRejectionEnum)
  reason!: RefreshRejection;
}
