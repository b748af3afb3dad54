import cors, { type FastifyCorsOptions } from '@fastify/cors';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  fastify,
  LogController,
} from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import type { ErrorTable } from '../errors/error-table.js';
import type { Metrics } from '../metrics/metrics.js';
import { measureRequests } from '../metrics/request-metrics.js';
import { serveMetrics } from '../metrics/serve-metrics.js';
import { callerAddress } from './caller-address.js';
import { serveExplorer } from './explorer.js';
import { sendFailure } from './failure.js';
import { headerProblem } from './header-problem.js';
import { type Readiness, readinessAnswer } from './health.js';
import { readJsonBodies } from './json-body.js';
import { addRealmRoute, type RealmOf, type RealmRoute, realmIdOf } from './realm-route.js';
import { refusedOrigins } from './refused-origins.js';

export interface HttpOptions {
  readonly routes: readonly RealmRoute[];
  readonly realmOf: RealmOf;
  /** The origins whose pages may call a realm's API. */
  readonly allowedOrigins: (realm: Realm) => readonly string[];
  /** Proxies whose X-Forwarded-For counts. */
  readonly trustProxy: readonly string[];
  readonly metrics: Metrics;
  /** Who may read the metrics here; nobody without one. */
  readonly metricsToken: string | undefined;
  readonly readiness: () => Promise<Readiness>;
  readonly explorer: boolean;
  readonly newRequestId: () => string;
  readonly errors: ErrorTable;
  readonly log: FastifyBaseLogger;
}

const MAX_BODY_BYTES = 100 * 1024;
/** No honest request of this size takes longer to arrive; a slow one would only hold a socket. */
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than load balancers keep an idle connection, 60 s as a rule. */
const KEEP_ALIVE_MS = 72_000;

/** The HTTP face of the service. It listens when the caller says so. */
export async function createHttpServer(options: HttpOptions): Promise<FastifyInstance> {
  const { errors, log, realmOf } = options;
  const server: FastifyInstance = fastify({
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    // A logger of its own for every request costs more than saying its id where something is said.
    childLoggerFactory: (logger) => logger,
    genReqId: options.newRequestId,
    trustProxy: options.trustProxy.length > 0 ? [...options.trustProxy] : false,
    bodyLimit: MAX_BODY_BYTES,
    // Else it loads its compilers of JSON schemas, which take memory and time at the start.
    schemaController: {
      compilersFactory: { buildValidator: noSchemas, buildSerializer: noSchemas },
    },
    // While it shuts down it still answers what arrives on open connections: a 503 would be a
    // dropped request.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
  });
  readJsonBodies(server);
  server.setErrorHandler<Error>((error, request, reply) =>
    sendFailure(error, { request, reply }, { errors, log }),
  );
  server.setNotFoundHandler(async () => {
    throw new AuthError('NOT_FOUND', 'There is nothing here. The API is at /graphql.');
  });
  server.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    done(headerProblem(request.raw));
  });
  // Its fields are all named here: to look for secrets in them would cost every request.
  const accessLog = log.child({}, { redact: [] });
  server.addHook('onResponse', (request, reply, done) => {
    logServed(accessLog, request, reply);
    done();
  });
  measureRequests(server, options.metrics);
  await server.register(cors, () => corsOf(options));
  if (options.explorer) serveExplorer(server);
  for (const route of options.routes) addRealmRoute(server, realmOf, route);
  serveHealth(server, options);
  const { metrics, metricsToken } = options;
  if (metricsToken !== undefined) serveMetrics(server, metrics, metricsToken);
  return server;
}

function noSchemas(): never {
  throw new Error('No route here has a JSON schema.');
}

const CORS = {
  credentials: true,
  methods: ['GET', 'POST'],
  exposedHeaders: ['dpop-nonce', 'retry-after', 'www-authenticate'],
  maxAge: 86_400,
};

type CorsDone = (error: Error | null, options?: FastifyCorsOptions) => void;

/** Each realm has its own list; an empty one answers as a server does that knows no CORS. */
function corsOf({ realmOf, allowedOrigins, log }: HttpOptions) {
  const sayRefused = refusedOrigins(log);
  return (request: FastifyRequest, done: CorsDone): void => {
    const { origin } = request.headers;
    if (origin === undefined) done(null, { ...CORS, origin: false });
    else optionsFor(request, origin).then((found) => done(null, found), done);
  };

  async function optionsFor(request: FastifyRequest, origin: string): Promise<FastifyCorsOptions> {
    const isAllowed = await isAllowedHere(request, origin);
    if (!isAllowed) sayRefused(request, origin);
    // A string, since `true` or a list would tell every other origin that credentials are welcome.
    return { ...CORS, origin: isAllowed ? origin : false };
  }

  async function isAllowedHere(request: FastifyRequest, origin: string): Promise<boolean> {
    try {
      return allowedOrigins(await realmOf(realmIdOf(request))).includes(origin);
    } catch {
      return false; // the route says what is wrong with that realm
    }
  }
}

function serveHealth(server: FastifyInstance, options: HttpOptions): void {
  server.get('/health/live', async () => ({ status: 'alive' }));
  server.get('/health/ready', async (_request, reply) => {
    const { status, body } = readinessAnswer(await options.readiness());
    return reply.code(status).header('cache-control', 'no-store').send(body);
  });
}

function logServed(log: FastifyBaseLogger, request: FastifyRequest, reply: FastifyReply): void {
  const path = request.url.split('?', 1)[0];
  if (path?.startsWith('/health/') || path === '/metrics') return;
  const { id: requestId, method } = request;
  const ip = callerAddress(request);
  const ms = Math.round(reply.elapsedTime);
  log.info({ requestId, method, path, status: reply.statusCode, ms, ip }, 'request');
}
