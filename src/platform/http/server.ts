import { createServer, type RequestListener } from 'node:http';
import type { BaseContext } from '@apollo/server';
import cors from '@fastify/cors';
import {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import type { JWK } from 'jose';
import {
  type EndedSessionsSource,
  serveEndedSessions,
} from '../../features/sessions/ended-sessions-stream.js';
import { AuthError } from '../../kernel/auth-error.js';
import type { ServedRequest } from '../log/log.js';
import { serveExplorer } from './explorer.js';
import { type Failure, failure, failureOf } from './failure.js';
import { type GraphQLAnswerOptions, graphqlAnswers } from './graphql-answer.js';
import { graphqlPosts } from './graphql-post.js';
import { serveGraphQL } from './graphql-route.js';
import { type Readiness, readinessAnswer } from './health.js';

export interface HttpOptions<Context extends BaseContext> extends GraphQLAnswerOptions<Context> {
  readonly allowedOrigins: readonly string[];
  /** Proxies whose X-Forwarded-For counts. */
  readonly trustProxy: readonly string[];
  readonly jwks: () => { keys: JWK[] };
  readonly jwksMaxAgeSeconds: number;
  readonly endedSessions: EndedSessionsSource;
  readonly readiness: () => Promise<Readiness>;
  readonly explorer: boolean;
  readonly newRequestId: () => string;
  readonly log: FastifyBaseLogger;
  /** Where each served request gets a line. */
  readonly logRequest: (request: ServedRequest) => void;
}

const MAX_BODY_BYTES = 100 * 1024;
/** No honest request of this size takes longer to arrive; a slow one would only hold a socket. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than load balancers keep an idle connection, 60 s as a rule: theirs is never closed while they send on it. */
const KEEP_ALIVE_MS = 72_000;

/** The HTTP face of the service. It listens when the caller says so. */
export async function createHttpServer<Context extends BaseContext>(
  options: HttpOptions<Context>,
): Promise<FastifyInstance> {
  const answer = graphqlAnswers(options);
  const answerPost = graphqlPosts({
    ...options,
    answer,
    crossOrigin: options.allowedOrigins.length > 0,
    maxBodyBytes: MAX_BODY_BYTES,
  });
  const server: FastifyInstance = fastify({
    serverFactory: (handler: RequestListener) =>
      createServer(
        { requestTimeout: REQUEST_TIMEOUT_MS, keepAliveTimeout: KEEP_ALIVE_MS },
        (message, response) => {
          if (!answerPost(message, response)) handler(message, response);
        },
      ),
    loggerInstance: options.log,
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    childLoggerFactory: (log) => log, // a logger of its own for every request costs more than saying its id where something is logged
    genReqId: options.newRequestId,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    bodyLimit: MAX_BODY_BYTES,
    // While it shuts down it still answers what arrives on open connections: a 503 would be a dropped request.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  server.removeContentTypeParser('text/plain'); // what a cross-site form can send
  server.setErrorHandler<FastifyError | AuthError>((error, request, reply) =>
    sendFailure(reply, failureOf(error, request.id, options.log)),
  );
  server.setNotFoundHandler(async (_request, reply) =>
    sendFailure(reply, failure(404, 'NOT_FOUND', 'There is nothing here. The API is at /graphql.')),
  );
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done();
  });
  server.addHook('onResponse', (request, reply, done) => {
    logServed(options.logRequest, request, reply);
    done();
  });
  if (options.allowedOrigins.length > 0) {
    const allowed = new Set(options.allowedOrigins);
    // A function, since a list would still tell every other origin that credentials and any header are welcome.
    const origin = async (from: string | undefined) =>
      from !== undefined && allowed.has(from) && from;
    await server.register(cors, {
      origin,
      credentials: true,
      methods: ['GET', 'POST'],
      maxAge: 86_400,
    });
  }
  if (options.explorer) serveExplorer(server);
  serveGraphQL(server, answer);
  addKeysAndHealth(server, options);
  serveEndedSessions(server, options.endedSessions);
  return server;
}

function addKeysAndHealth<Context extends BaseContext>(
  server: FastifyInstance,
  options: HttpOptions<Context>,
): void {
  server.get('/.well-known/jwks.json', async (_request, reply) => {
    const jwks = options.jwks();
    // An empty set would be cached by verifiers, and refuse every token until it ran out.
    if (jwks.keys.length === 0)
      throw new AuthError(
        'SERVICE_UNAVAILABLE',
        'The signing keys are not available yet. Try again shortly.',
      );
    return reply.header('cache-control', `public, max-age=${options.jwksMaxAgeSeconds}`).send(jwks);
  });
  server.get('/health/live', async () => ({ status: 'alive' }));
  server.get('/health/ready', async (_request, reply) => {
    const { status, body } = readinessAnswer(await options.readiness());
    return reply.code(status).header('cache-control', 'no-store').send(body);
  });
}

function sendFailure(reply: FastifyReply, { status, body }: Failure): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').send(body);
}

function logServed(
  log: (request: ServedRequest) => void,
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  const path = request.url.split('?', 1)[0];
  if (path?.startsWith('/health/')) return;
  const { id: requestId, method, ip } = request;
  log({ requestId, method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime), ip });
}
