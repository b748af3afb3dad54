import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import type { Realm } from '../../kernel/realm.js';
import type { Device, RequestContext } from '../graphql/context.js';
import { callerAddress } from './caller-address.js';
import type { RealmRoute } from './realm-route.js';

/** Refuses a request before its operation is looked at, by throwing an AuthError. */
export type RequestCheck = (request: FastifyRequest, realm: Realm) => void | Promise<void>;

const MAX_USER_AGENT = 512;

/**
 * GraphQL over HTTP, for every realm. What `@as-integrations/fastify` does, less a URL made of the
 * Host header, which answers 500 to a header that makes none.
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
      for (const check of checks) await check(request, realm);
      const { id: requestId, raw: message } = request;
      const facts = { requestId, realm, device: deviceOf(request), message, response: reply.raw };
      const answer = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: toApollo(request),
        // The session plugin adds the rest before any resolver runs.
        context: async () => facts as RequestContext,
      });
      if (answer.body.kind !== 'complete') throw new Error('Nothing here is answered in parts.');
      for (const [name, value] of answer.headers) void reply.header(name, value);
      return reply.code(answer.status ?? 200).send(answer.body.string);
    },
  };
}

function toApollo({ method, url, headers, body }: FastifyRequest): HTTPGraphQLRequest {
  const known = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) known.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  const query = url.indexOf('?');
  return { method, headers: known, search: query === -1 ? '' : url.slice(query), body };
}

function deviceOf(request: FastifyRequest): Device {
  const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null;
  return { ipAddress: callerAddress(request), userAgent };
}
