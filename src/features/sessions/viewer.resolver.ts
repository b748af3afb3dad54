import { Ctx, Query, Resolver } from 'type-graphql';
import type { RequestContext } from '../../platform/graphql/context.js';
import { Session, User } from '../../platform/graphql/object-types.js';

@Resolver()
export class ViewerResolver {
  @Query(() => User, {
    nullable: true,
    description: 'The signed-in user; null for an anonymous request.',
  })
  me(@Ctx() { session }: RequestContext): User | null {
    return session && { id: session.userId };
  }

  @Query(() => Session, {
    nullable: true,
    description: 'The session behind this request; null for an anonymous request.',
  })
  session(@Ctx() { session }: RequestContext): Session | null {
    return session && { id: session.sessionId };
  }
}
