// Apollo Gateway in front of the supergraph: node apollo-gateway.mjs SUPERGRAPH PORT
import { readFile } from 'node:fs/promises';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

const [supergraph, port] = process.argv.slice(2);

/**
 * Every subgraph checks the token itself, so each one is sent it, with the proof of its key.
 * Session lists show the browser and its address by the others: put what sets X-Forwarded-For in
 * front of the gateway, and the gateway's address in AUTHGRAPH_TRUST_PROXY.
 */
const PASSED_ON = ['authorization', 'dpop', 'user-agent', 'x-forwarded-for'];

class AuthgraphDataSource extends RemoteGraphQLDataSource {
  /**
   * A bad token is answered with 401, and with all data that needs no session: the gateway would
   * throw that away.
   */
  fetcher = async (url, init) => {
    const response = await fetch(url, init);
    const isGraphQL = response.headers.get('content-type')?.startsWith('application/json');
    return response.status === 401 && isGraphQL
      ? new Response(response.body, { headers: response.headers })
      : response;
  };

  willSendRequest({ request, context }) {
    for (const name of PASSED_ON)
      if (context.headers?.[name]) request.http.headers.set(name, context.headers[name]);
  }
}

const gateway = new ApolloGateway({
  supergraphSdl: await readFile(supergraph, 'utf8'),
  buildService: ({ url }) => new AuthgraphDataSource({ url }),
});
const server = new ApolloServer({ gateway, includeStacktraceInErrorResponses: false });
const { url } = await startStandaloneServer(server, {
  context: async ({ req: { headers } }) => ({ headers }),
  listen: { port: Number(port), host: '127.0.0.1' },
});
console.log(`apollo-gateway listens at ${url}`);
