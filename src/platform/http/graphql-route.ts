import { type ApolloServer, HeaderMap, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyRequest } from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import type { Device, RequestContext } from '../graphql/context.js';
import { apolloName } from '../graphql/trusted-documents.js';
import { preferredLanguage } from '../mail/choose-language.policy.js';
import { callerAddress } from './caller-address.js';
import type { RealmRoute } from './realm-route.js';

/** Refuses a request before its operation is looked at, by throwing an AuthError. */
export type RequestCheck = (request: FastifyRequest, realm: Realm) => void | Promise<void>;

const MAX_USER_AGENT = 512;
/** Far more than the dearest operation that is allowed; in UTF-16 units. */
const MAX_ANSWER_LENGTH = 4 * 1024 * 1024;

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

function deviceOf(request: FastifyRequest): Device {
  const userAgent = request.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null;
  const language = preferredLanguage(request.headers['accept-language']);
  return { ipAddress: callerAddress(request), userAgent, language };
}
