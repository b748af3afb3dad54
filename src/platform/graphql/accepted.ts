import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, ObjectType } from 'type-graphql';
import { RateLimited } from './problem.js';

@ObjectType({ description: 'What was asked for goes on by mail, if there is somebody to get it.' })
export class Accepted {
  @Field(() => String)
  message!: string;
}

/** The same for everybody, known or not. */
export function accepted(): Accepted {
  const message = 'If this address has an account here, a mail is on its way to it.';
  return Object.assign(new Accepted(), { message });
}

export const RequestResult = createUnionType({
  name: 'RequestResult',
  types: () => [Accepted, RateLimited] as const,
});
