import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Directive, Field, ID, ObjectType } from 'type-graphql';

/** Its other fields are resolved on demand: whoever asks only for the id costs no query. */
@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
export class User {
  @Field(() => ID)
  id!: string;
}
