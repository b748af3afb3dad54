import 'reflect-metadata'; // type-graphql keeps its decorators' metadata with it
import { Directive, Field, ID, Int, InterfaceType, ObjectType } from 'type-graphql';
import type { TokenPair } from '../../features/sessions/session-issuer.js';
import { DateTime } from './date-time.js';

/** Its other fields are resolved on demand, so that whoever asks only for the id costs no query. */
@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
export class User {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ simpleResolvers: true })
@Directive('@key(fields: "id")')
export class Session {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@shareable')
export class PageInfo {
  @Field(() => Boolean)
  hasNextPage!: boolean;

  @Field(() => Boolean)
  hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true })
  startCursor!: string | null;

  @Field(() => String, { nullable: true })
  endCursor!: string | null;
}

@ObjectType()
export class SessionEdge {
  @Field(() => String)
  cursor!: string;

  @Field(() => Session)
  node!: Session;
}

@ObjectType()
export class SessionConnection {
  @Field(() => [SessionEdge])
  edges!: SessionEdge[];

  @Field(() => [Session])
  nodes!: Session[];

  @Field(() => PageInfo)
  pageInfo!: PageInfo;

  @Field(() => Int)
  totalCount!: number;
}

@ObjectType()
export class Tokens implements TokenPair {
  @Field(() => String)
  accessToken!: string;

  @Field(() => DateTime)
  accessTokenExpiresAt!: Date;

  @Field(() => String)
  refreshToken!: string;

  @Field(() => DateTime)
  refreshTokenExpiresAt!: Date;
}

@ObjectType()
export class SignedIn {
  @Field(() => User)
  user!: User;

  @Field(() => Session)
  session!: Session;

  @Field(() => Tokens, {
    nullable: true,
    description: 'Null when the tokens were delivered as cookies.',
  })
  tokens!: Tokens | null;
}

@ObjectType()
export class SessionRefreshed {
  @Field(() => Session)
  session!: Session;

  @Field(() => Tokens, {
    nullable: true,
    description: 'Null when the tokens were delivered as cookies.',
  })
  tokens!: Tokens | null;
}

@ObjectType()
export class SignedOut {
  @Field(() => Int, { description: 'How many sessions this call ended.' })
  endedSessions!: number;
}

@InterfaceType({
  description: 'Every expected failure is a member of a result union and implements this.',
})
export abstract class Problem {
  @Field(() => String)
  message!: string;
}
