import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import {
  authDirectives,
  listenForEndedSessions,
  type SessionContext,
  sessionContext,
} from '@authgraph/sdk';
import type { GraphQLSchema } from 'graphql';

/**
 * Serves a subgraph that knows authgraph's sessions and enforces the access control directives of
 * its own schema.
 */
export async function serveSubgraph(name: string, schema: GraphQLSchema): Promise<void> {
  // What tokens have to say, and where authgraph is found: inside a cluster these may differ.
  const issuer = process.env.AUTHGRAPH_ISSUER ?? 'http://localhost:4000';
  const audience = process.env.AUTHGRAPH_AUDIENCE ?? issuer;
  const authgraph = process.env.AUTHGRAPH_URL ?? issuer;
  // Without it a session that was ended is believed until its access token expires.
  const { isEnded } = listenForEndedSessions({ issuer: authgraph });

  const server = new ApolloServer<SessionContext>({
    schema: authDirectives(schema),
    includeStacktraceInErrorResponses: false,
    plugins: [
      sessionContext({ issuer, audience, jwks: `${authgraph}/.well-known/jwks.json`, isEnded }),
    ],
  });
  const { url } = await startStandaloneServer(server, {
    context: async () => ({}) as SessionContext, // the plugin fills it
    listen: { port: Number(process.env.PORT ?? 0), host: '127.0.0.1' },
  });
  process.stdout.write(`${name} listens at ${url}\n`);
}
