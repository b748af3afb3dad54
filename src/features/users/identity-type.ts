import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, ID, ObjectType } from 'type-graphql';
import { DateTime } from '../../platform/graphql/date-time.js';

@ObjectType({ description: 'One way by which a user is known.' })
export class Identity {
  @Field(() => ID)
  id!: string;

  @Field(() => String, { description: 'Such as password, email, phone or google.' })
  method!: string;

  @Field(() => String, { nullable: true })
  email!: string | null;

  @Field(() => String, { nullable: true })
  phone!: string | null;

  @Field(() => Boolean)
  verified!: boolean;

  @Field(() => DateTime)
  createdAt!: Date;

  @Field(() => DateTime, { nullable: true })
  lastUsedAt!: Date | null;
}
