import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { createUnionType, Field, ID, InputType } from 'type-graphql';
import { JSONValue } from '../../platform/graphql/json.js';
import { NotFound } from '../../platform/graphql/problem.js';
import { UserUpdated } from '../users/index.js';
import { InvalidMetadata } from './metadata-errors.js';

@InputType({ description: 'A JSON merge patch (RFC 7396): null removes a key.' })
export class UpdateUserMetadataInput {
  @Field(() => ID)
  userId!: string;

  @Field(() => JSONValue, { nullable: true })
  public?: unknown;

  @Field(() => JSONValue, { nullable: true })
  private?: unknown;
}

// Resolvers return instances of the member classes: so type-graphql tells the members apart.

export const UpdateMetadataResult = createUnionType({
  name: 'UpdateMetadataResult',
  types: () => [UserUpdated, NotFound, InvalidMetadata] as const,
});
