import type { ApolloServer } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyRequest } from 'fastify';
import type { Realm } from '../../kernel/realm.js';
import type { RequestContext } from '../graphql/context.js';
import type { RealmRoute } from './realm-route.js';

/** Refuses a request before its operation is looked at, by throwing an AuthError. */
export type RequestCheck = (request: FastifyRequest, realm: Realm) => void | Promise<void>;

const MAX_USER_AGENT = 512;

/** GraphQL over HTTP, for every realm. */
export function graphqlRoute(
  apollo: ApolloServer<RequestContext>,
  checks: readonly RequestCheck[],
): RealmRoute {
  const realms = new WeakMap<FastifyRequest, Realm>();
  const answer = fastifyApolloHandler(apollo, {
    context: async (request, reply) => {
      const realm = realms.get(request);
      if (realm === undefined) throw new Error('a request without a realm');
      const { id: requestId, raw: message } = request;
      const facts = { requestId, realm, device: deviceOf(request), message, response: reply.raw };
      return facts as RequestContext; // the session plugin adds the rest before any resolver runs
    },
  });
  return {
    method: ['GET', 'POST'],
    path: '/graphql',
    async handle(realm, request, reply) {
      // Here, since Apollo answers 500 to whatever a context function throws.
      for (const check of checks) await check(request, realm);
      realms.set(request, realm);
      return answer.call(request.server, request, reply);
    },
  };
}

function deviceOf({ ip, headers }: FastifyRequest) {
  return { ipAddress: ip, userAgent: headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null };
}
