import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { authDirectives, type SessionContext, sessionContext } from 'authgraph/sdk';
import type { GraphQLSchema } from 'graphql';

/** Serves a subgraph that knows authgraph's sessions and enforces the access control directives of its own schema. */
export async function serveSubgraph(name: string, schema: GraphQLSchema): Promise<void> {
  const issuer = process.env.AUTHGRAPH_ISSUER ?? 'http://localhost:4000';
  const server = new ApolloServer<SessionContext>({
    schema: authDirectives(schema),
    includeStacktraceInErrorResponses: false,
    plugins: [sessionContext({ issuer, audience: process.env.AUTHGRAPH_AUDIENCE ?? issuer })],
  });
  const { url } = await startStandaloneServer(server, {
    context: async () => ({}) as SessionContext, // the plugin fills it
    listen: { port: Number(process.env.PORT ?? 0), host: '127.0.0.1' },
  });
  process.stdout.write(`${name} listens at ${url}\n`);
}
