import { Readable } from 'node:stream';
import { type ApolloServer, type BaseContext, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthError } from '../kernel/auth-error.js';
import { type CookiePolicy, cookieProblem, TokenCookies } from './token-cookies.js';

export interface GraphQLRouteOptions<Context extends BaseContext> {
  readonly apollo: ApolloServer<Context>;
  /** Why this node cannot answer GraphQL at present, if so. */
  readonly obstacle: () => AuthError | undefined;
  readonly context: (request: FastifyRequest, cookies: TokenCookies) => Context;
  readonly cookiePolicy: CookiePolicy;
}

/**
 * Puts an Apollo server at /graphql. What `@as-integrations/fastify` does, less the parsing of a URL for each request: this
 * route has no path to find in it.
 */
export function serveGraphQL<Context extends BaseContext>(server: FastifyInstance, options: GraphQLRouteOptions<Context>): void {
  const { apollo, context, cookiePolicy, obstacle } = options;
  apollo.assertStarted('serveGraphQL');
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (request, reply) => {
      // Found here, since Apollo answers 500 to whatever a context function throws.
      const problem = cookieProblem(request, cookiePolicy) ?? obstacle();
      if (problem !== undefined) throw problem;
      const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: toApollo(request),
        context: async () => context(request, new TokenCookies(request, reply, cookiePolicy)),
      });
      for (const [name, value] of headers) void reply.header(name, value);
      void reply.code(status ?? 200);
      return body.kind === 'complete' ? body.string : sendStream(reply, body.asyncIterator);
    },
  });
}

function toApollo({ method, url, headers, body }: FastifyRequest): HTTPGraphQLRequest {
  const known = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) known.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  const query = url.indexOf('?');
  return { method, headers: known, search: query === -1 ? '' : url.slice(query), body };
}

function sendStream(reply: FastifyReply, parts: AsyncIterable<string>): FastifyReply {
  return reply.send(Readable.from(parts));
}
