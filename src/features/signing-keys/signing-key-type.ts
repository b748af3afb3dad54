import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { DateTime } from '../../platform/graphql/date-time.js';
import type { SigningKeyStatus } from './signing-key.policy.js';

type ShownStatus = Exclude<SigningKeyStatus, 'GONE'>;

const StatusEnum = {
  PUBLISHED: 'PUBLISHED',
  ACTIVE: 'ACTIVE',
  RETIRED: 'RETIRED',
} as const satisfies { [Name in ShownStatus]: Name };

registerEnumType(StatusEnum, {
  name: 'SigningKeyStatus',
  valuesConfig: {
    PUBLISHED: { description: 'In the JWKS, and does not sign yet.' },
    RETIRED: { description: 'Signs no more; tokens that it signed are still valid.' },
  },
});

@ObjectType('SigningKey')
export class SigningKeyType {
  @Field(() => ID)
  kid!: string;

  @Field(() => String)
  algorithm!: string;

  @Field(() => StatusEnum)
  status!: ShownStatus;

  @Field(() => DateTime)
  createdAt!: Date;
}
