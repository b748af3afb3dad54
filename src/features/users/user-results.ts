import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, ID, ObjectType } from 'type-graphql';
import { User } from './user-type.js';

@ObjectType()
export class UserUpdated {
  @Field(() => User)
  user!: User;
}

@ObjectType()
export class AccountDeleted {
  @Field(() => ID)
  id!: string;
}
