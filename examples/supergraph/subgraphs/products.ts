import { buildSubgraphSchema } from '@apollo/subgraph';
import type { SessionContext } from '@authgraph/sdk';
import { parse } from 'graphql';
import { serveSubgraph } from './subgraph-server.js';

/**
 * An SDL-first subgraph: what is open, what needs a session, and what needs a scope stands in the
 * schema.
 */
const typeDefs = parse(/* GraphQL */ `
  extend schema
    @link(
      url: "https://specs.apollo.dev/federation/v2.9"
      import: ["@key", "@authenticated", "@requiresScopes"]
    )

  type Query {
    products: [Product!]!
  }

  type Mutation {
    addFavourite(productId: ID!): User @authenticated
  }

  type Product @key(fields: "id") {
    id: ID!
    name: String!
    price: Int!
    "What the shop paid for it."
    purchasePrice: Int @requiresScopes(scopes: [["users:read"]])
  }

  type User @key(fields: "id") {
    id: ID!
    "Null for everybody but the user."
    favourites: [Product!] @authenticated
  }
`);

const PRODUCTS = [
  { id: 'p1', name: 'Teapot', price: 39, purchasePrice: 12 },
  { id: 'p2', name: 'Kettle', price: 59, purchasePrice: 21 },
  { id: 'p3', name: 'Cup', price: 9, purchasePrice: 2 },
];

const favouritesOf = new Map<string, Set<string>>();

interface Reference {
  readonly id: string;
}

const resolvers = {
  Query: { products: () => PRODUCTS },
  Mutation: {
    addFavourite(
      _: unknown,
      { productId }: { productId: string },
      { requireSession }: SessionContext,
    ) {
      const { userId } = requireSession();
      favouritesOf.set(userId, (favouritesOf.get(userId) ?? new Set()).add(productId));
      return { id: userId };
    },
  },
  Product: {
    __resolveReference: ({ id }: Reference) =>
      PRODUCTS.find((product) => product.id === id) ?? null,
  },
  User: {
    __resolveReference: ({ id }: Reference) => ({ id }),
    // Favourites are the user's alone: the session decides, never an id that a client sends.
    favourites({ id }: Reference, _: unknown, { session }: SessionContext) {
      return session?.userId === id
        ? PRODUCTS.filter((product) => favouritesOf.get(id)?.has(product.id))
        : null;
    },
  },
};

await serveSubgraph('products', buildSubgraphSchema([{ typeDefs, resolvers }]));
