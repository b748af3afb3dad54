// A bare Apollo-on-Fastify server that answers constants: what the stack costs before this service
// adds anything. Usage: node bare-server.mjs PORT
import { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { fastify } from 'fastify';
import {
  GraphQLID,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
} from 'graphql';

const id = { type: new GraphQLNonNull(GraphQLID) };
const user = new GraphQLObjectType({
  name: 'User',
  fields: { id, email: { type: GraphQLString } },
});
const session = new GraphQLObjectType({ name: 'Session', fields: { id } });
const me = { id: '019aa000-0000-7000-8000-000000000001', email: 'constant@bench.example.com' };
const constantSession = { id: '019aa000-0000-7000-8000-000000000002' };

const query = new GraphQLObjectType({
  name: 'Query',
  fields: {
    me: { type: user, resolve: () => me },
    session: { type: session, resolve: () => constantSession },
  },
});

const apollo = new ApolloServer({
  schema: new GraphQLSchema({ query }),
  stopOnTerminationSignals: false,
});
await apollo.start();
const server = fastify({ logger: false });
server.route({ method: ['GET', 'POST'], url: '/graphql', handler: fastifyApolloHandler(apollo) });
server.get('/health/ready', async () => ({ status: 'ready' }));
await server.listen({ port: Number(process.argv[2]), host: '127.0.0.1' });
