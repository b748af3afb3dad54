import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  type ApolloServer,
  type BaseContext,
  HeaderMap,
  type HTTPGraphQLRequest,
  type HTTPGraphQLResponse,
} from '@apollo/server';
import {
  type CookiePolicy,
  cookieProblem,
  TokenCookies,
} from '../../features/sessions/token-cookies.js';
import type { AuthError } from '../../kernel/auth-error.js';

/** A request to /graphql whose body has been read. */
export interface GraphQLCall {
  readonly requestId: string;
  /** The client's address. */
  readonly ip: string;
  readonly message: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: unknown;
}

export interface GraphQLAnswerOptions<Context extends BaseContext> {
  readonly apollo: ApolloServer<Context>;
  /** Why this node cannot answer GraphQL at present, if so. */
  readonly obstacle: () => AuthError | undefined;
  readonly context: (call: GraphQLCall, cookies: TokenCookies) => Context;
  readonly cookiePolicy: CookiePolicy;
}

/** Resolves to what Apollo answers. Rejects with an AuthError when it is not even asked. */
export type AnswerGraphQL = (call: GraphQLCall) => Promise<HTTPGraphQLResponse>;

/** What `@as-integrations/fastify` does, less the parsing of a URL for each request: /graphql has no path to find in it. */
export function graphqlAnswers<Context extends BaseContext>(
  options: GraphQLAnswerOptions<Context>,
): AnswerGraphQL {
  const { apollo, context, cookiePolicy, obstacle } = options;
  apollo.assertStarted('graphqlAnswers');
  return async (call) => {
    const { message, response, body } = call;
    // Found here, since Apollo answers 500 to whatever a context function throws.
    const problem = cookieProblem(message.headers, cookiePolicy) ?? obstacle();
    if (problem !== undefined) throw problem;
    return apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: toApollo(message, body),
      context: async () => context(call, new TokenCookies(message.headers, response, cookiePolicy)),
    });
  };
}

function toApollo(
  { method = '', url = '', headers }: IncomingMessage,
  body: unknown,
): HTTPGraphQLRequest {
  const known = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) known.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  const query = url.indexOf('?');
  return { method, headers: known, search: query === -1 ? '' : url.slice(query), body };
}
