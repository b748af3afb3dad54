import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginInlineTraceDisabled } from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { sessionContext } from '@authgraph/sdk';
import type { GraphQLSchema } from 'graphql';
import type { TokenIssuer } from './token-issuer.js';

export interface ApolloOverHttp extends AsyncDisposable {
  /**
   * Sends an operation, with an access token or without. `body` is untyped JSON: tests assert on
   * its shape.
   */
  send(
    query: string,
    accessToken?: string,
    // biome-ignore lint/suspicious/noExplicitAny: JSON from the wire, asserted on by the tests
  ): Promise<{ readonly status: number; readonly body: any }>;
}

/** Anybody's Apollo Server behind a real socket, with authgraph's session plugin. */
export async function serveWithApollo(
  schema: GraphQLSchema,
  { issuer, audience, jwks }: TokenIssuer,
): Promise<ApolloOverHttp> {
  const server = new ApolloServer({
    schema,
    plugins: [sessionContext({ issuer, audience, jwks }), ApolloServerPluginInlineTraceDisabled()],
    includeStacktraceInErrorResponses: false,
  });
  const { url } = await startStandaloneServer(server, { listen: { port: 0, host: '127.0.0.1' } });
  return {
    async send(query, accessToken) {
      const authorization =
        accessToken === undefined ? undefined : { authorization: `Bearer ${accessToken}` };
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...authorization },
        body: JSON.stringify({ query }),
      });
      return { status: response.status, body: await response.json() };
    },
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
