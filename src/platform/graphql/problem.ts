import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Field, Int, InterfaceType, ObjectType } from 'type-graphql';

@InterfaceType({
  description: 'Every expected failure is a member of a result union and implements this.',
})
export abstract class Problem {
  @Field(() => String)
  message!: string;
}

@ObjectType({ implements: Problem })
export class RateLimited extends Problem {
  @Field(() => Int)
  retryAfterSeconds!: number;
}

@ObjectType({ implements: Problem })
export class NotFound extends Problem {}
