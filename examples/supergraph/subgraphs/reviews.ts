import 'reflect-metadata';
import { buildSubgraphSchema } from '@apollo/subgraph';
import type { GraphQLResolverMap } from '@apollo/subgraph/dist/resolvers.js';
import type { SessionContext } from '@authgraph/sdk';
import { Authenticated, RequiresScopes } from '@authgraph/sdk/type-graphql';
import { printSchemaWithDirectives } from '@graphql-tools/utils';
import { parse } from 'graphql';
import {
  Arg,
  buildSchemaSync,
  Ctx,
  createResolversMap,
  Directive,
  Field,
  FieldResolver,
  ID,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';
import { serveSubgraph } from './subgraph-server.js';

/**
 * The same in type-graphql: the decorators put the directives on the schema, and authDirectives
 * enforces them.
 */

@ObjectType()
@Directive('@key(fields: "id")')
class User {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
@Directive('@key(fields: "id")')
class Product {
  @Field(() => ID)
  id!: string;
}

@ObjectType()
class Review {
  @Field(() => ID)
  id!: string;

  @Field(() => String)
  body!: string;

  @Field(() => User)
  author!: User;

  @Field(() => Product)
  product!: Product;

  @RequiresScopes('users:read')
  @Field(() => String, { nullable: true, description: "The moderators' note." })
  moderation!: string | null;
}

const REVIEWS: Review[] = [];

@Resolver()
class ReviewResolver {
  @Query(() => [Review])
  latestReviews(): Review[] {
    return REVIEWS.slice(-20).reverse();
  }

  @Authenticated()
  @Mutation(() => Review, { nullable: true })
  writeReview(
    @Arg('productId', () => ID) productId: string,
    @Arg('body', () => String) body: string,
    @Ctx() { requireSession }: SessionContext,
  ): Review {
    const author = { id: requireSession().userId };
    const review = {
      id: `r${REVIEWS.length + 1}`,
      body,
      author,
      product: { id: productId },
      moderation: 'waits for a moderator',
    };
    REVIEWS.push(review);
    return review;
  }
}

@Resolver(() => User)
class UserResolver {
  @FieldResolver(() => [Review])
  reviews(@Root() user: User): Review[] {
    return REVIEWS.filter((review) => review.author.id === user.id);
  }
}

@Resolver(() => Product)
class ProductResolver {
  @FieldResolver(() => [Review])
  reviews(@Root() product: Product): Review[] {
    return REVIEWS.filter((review) => review.product.id === product.id);
  }
}

const LINK = `extend schema
  @link(
    url: "https://specs.apollo.dev/federation/v2.9"
    import: ["@key", "@authenticated", "@requiresScopes"]
  )`;

const schema = buildSchemaSync({
  resolvers: [ReviewResolver, UserResolver, ProductResolver],
  validate: false,
});
const typeDefs = parse(`${LINK}\n${printSchemaWithDirectives(schema)}`);
// the two libraries' types differ only in enums
const resolvers = createResolversMap(schema) as GraphQLResolverMap<unknown>;

await serveSubgraph('reviews', buildSubgraphSchema([{ typeDefs, resolvers }]));
