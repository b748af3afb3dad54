// Apollo Gateway in front of the supergraph: node apollo-gateway.mjs SUPERGRAPH PORT
import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const [supergraph, port] = process.argv.slice(2);

/** Every subgraph checks the token itself, so each one is sent it. */
class ForwardAuthorization extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context.authorization) request.http.headers.set('authorization', context.authorization);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraph, 'utf8'),
  buildService: ({ url }) => new ForwardAuthorization({ url }),
});
const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false });
const { url } = await startStandaloneServer(server, {
  context: async ({ req }) => ({ authorization: req.headers.authorization }),
  listen: { port: Number(port), host: '127.0.0.1' },
});
console.log(`apollo-gateway listens at ${url}`);
