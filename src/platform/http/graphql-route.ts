import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';
import type { RequestContext } from '../graphql/context.js';
import { apolloName } from '../graphql/trusted-documents.js';
import { callerAddress } from './caller-address.js';
import type { RealmRoute } from './realm-route.js';
import { factsOf, type RequestCheck } from './request-facts.js';

/** Far more than the dearest operation that is allowed; in UTF-16 units. */
const MAX_ANSWER_LENGTH = 4 * 1024 * 1024;

/**
 * GraphQL over HTTP, for every realm. What `@as-integrations/fastify` (3.1.0) does, less a URL made
 * of the Host header, which answers 500 to a header that makes none. No issue of theirs is known.
 */
export function graphqlRoute(
  apollo: ApolloServer<RequestContext>,
  checks: readonly RequestCheck[],
): RealmRoute {
  apollo.assertStarted('graphqlRoute');
  return {
    method: ['GET', 'POST'],
    path: '/graphql',
    async handle(realm, request, reply) {
      // Here, since Apollo answers 500 to whatever a context function throws.
      for (const check of checks) check(request.headers, realm);
      const { id: requestId, raw: message } = request;
      const from = { requestId, realm, ipAddress: callerAddress(request) };
      const answer = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: toApollo(request),
        context: async () => factsOf(from, message, reply.raw),
      });
      if (answer.body.kind !== 'complete') throw new Error('Nothing here is answered in parts.');
      const { string: text } = answer.body;
      if (text.length > MAX_ANSWER_LENGTH) throw tooLong();
      for (const [name, value] of answer.headers) void reply.header(name, value);
      void reply.header('cache-control', 'no-store'); // tokens and personal data
      return reply.code(answer.status ?? 200).send(text);
    },
  };
}

function tooLong(): AuthError {
  return new AuthError('BAD_USER_INPUT', 'The answer would be too long: ask for less at once.');
}

function toApollo(request: FastifyRequest): HTTPGraphQLRequest {
  const { method, url, headers } = request;
  const known = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) known.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  const query = url.indexOf('?');
  const search = withName(query === -1 ? '' : url.slice(query));
  return { method, headers: known, search, body: withNameIn(request.body) };
}

function withNameIn(body: unknown): unknown {
  if (typeof body !== 'object' || body === null) return body;
  const extensions = apolloName(body);
  return extensions === undefined ? body : { ...body, extensions };
}

function withName(search: string): string {
  if (search === '') return search;
  const parameters = new URLSearchParams(search);
  const extensions = apolloName(Object.fromEntries(parameters));
  if (extensions === undefined) return search;
  parameters.set('extensions', JSON.stringify(extensions));
  return `?${parameters}`;
}
