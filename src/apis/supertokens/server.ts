import { type FastifyInstance, type FastifyRequest, fastify, LogController } from 'fastify';
import type { Log } from '../../kernel/log.js';
import type { Platform } from '../../platform/platform.js';
import type { AppDirectory } from './apps/app-directory.js';
import { sendAnswer, sendFailure } from './protocol/answer.js';
import { checkApiKey } from './protocol/api-keys.js';
import { readCdiVersion } from './protocol/cdi-version.js';
import { CoreError, refuse } from './protocol/core-error.js';
import type { Call, Endpoint } from './protocol/endpoint.js';
import { readBody, readQuery } from './protocol/fields.js';
import { parseJson } from './protocol/json-body.js';
import { PUBLIC, type RequestPath, readRequestPath } from './protocol/request-path.js';

/** A path of no API, answered as it stands: no key, no version. */
export interface FixedPath {
  readonly path: string;
  readonly methods: readonly string[];
  answer(request: FixedRequest): Promise<FixedAnswer>;
}

export interface FixedRequest {
  readonly appId: string;
  readonly headers: FastifyRequest['headers'];
}

export interface FixedAnswer {
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ServerDeps {
  readonly endpoints: readonly Endpoint[];
  readonly fixed: readonly FixedPath[];
  readonly apps: AppDirectory;
  readonly apiKeys: readonly string[];
  readonly log: Platform['log'];
}

/** Long documents of metadata are honest; what holds more is none. */
const MAX_BODY_BYTES = 1024 * 1024;
const REQUEST_TIMEOUT_MS = 30_000;
/** Longer than the SDKs keep an idle connection. */
const KEEP_ALIVE_MS = 72_000;

/** The HTTP face of the interface. It listens when the caller says so. */
export function createCoreServer(deps: ServerDeps): FastifyInstance {
  const { endpoints, fixed, log } = deps;
  const byPath = Map.groupBy(endpoints, ({ path }) => path);
  const fixedPaths = new Map(fixed.map((each) => [each.path, each]));
  const isApi = (path: string) => byPath.has(path) || fixedPaths.has(path);
  const server: FastifyInstance = fastify({
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    // Escapes in a path that are none: there is nothing there.
    frameworkErrors: (_error, request, reply) =>
      sendFailure(new CoreError(404, 'Not found'), { request, reply }, log),
  });
  server.removeAllContentTypeParsers();
  // Whatever it calls itself, a body is JSON; SDKs send DELETE with that type and no body.
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => {
    done(null, body);
  });
  server.setErrorHandler<Error>((error, request, reply) =>
    sendFailure(error, { request, reply }, log),
  );
  // Prefixes of apps and tenants, and paths in any case: they are read here, not by the router.
  server.setNotFoundHandler(async (request, reply) => {
    const [pathname = '/', search = ''] = (request.raw.url ?? '/').split(/\?(.*)/s);
    const path = readRequestPath(pathname, isApi) ?? refuse(404, 'Not found');
    const known = fixedPaths.get(path.apiPath);
    if (known !== undefined) {
      if (!known.methods.includes(request.method)) refuse(405, 'Method not supported');
      const { appId } = path;
      return sendAnswer(reply, await known.answer({ appId, headers: request.headers }));
    }
    const candidates = byPath.get(path.apiPath) ?? [];
    const body = await answerCall(deps, candidates, {
      request,
      path,
      query: new URLSearchParams(search),
    });
    return sendAnswer(reply, { body });
  });
  server.addHook('onResponse', (request, reply, done) => {
    logServed(log, request, reply.statusCode, reply.elapsedTime);
    done();
  });
  return server;
}

interface Presented {
  readonly request: FastifyRequest;
  readonly path: RequestPath;
  readonly query: URLSearchParams;
}

async function answerCall(
  { apps, apiKeys }: ServerDeps,
  candidates: readonly Endpoint[],
  { request, path, query }: Presented,
): Promise<object> {
  const { method, headers } = request;
  const ofMethod = candidates.filter((candidate) => candidate.method === method);
  if (ofMethod.length === 0) refuse(405, 'Method not supported');
  const found = await apps.lookUp(path.appId);
  const absent = found?.tenants.has(path.tenantId) ? undefined : ofMethod[0]?.absent;
  if (absent !== undefined) {
    checkApiKey(headers, found?.config.apiKeys ?? apiKeys);
    return absent;
  }
  const app = found ?? (await apps.find(path));
  checkApiKey(headers, app.config.apiKeys ?? apiKeys);
  const header = headers['cdi-version'];
  const version = readCdiVersion(typeof header === 'string' ? header : undefined, {
    ...(app.config.maxVersion === undefined ? {} : { most: app.config.maxVersion }),
  });
  if (version < 300 && path.tenantId !== PUBLIC) refuse(404, 'Not found');
  const rid = headers.rid;
  const recipe = typeof rid === 'string' ? rid.toLowerCase() : undefined;
  const isServed = ({ since = 0, before = Infinity }: Endpoint) =>
    version >= since && version < before;
  const served = ofMethod.filter(isServed);
  const endpoint = served.find((each) => each.recipe === recipe) ?? served[0];
  if (endpoint === undefined) return refuse(404, 'Not found');
  if (endpoint.scope === 'app' && path.tenantId !== PUBLIC && version >= 500) {
    refuse(403, 'Only public tenantId can call this app specific API');
  }
  const tenantId = endpoint.scope === 'tenant' || version >= 500 ? path.tenantId : PUBLIC;
  const call: Call = {
    app,
    tenant: apps.tenantOf(app, tenantId),
    realm: app.realm,
    version,
    recipe,
    caller: {
      ipAddress: request.ip,
      userAgent: null,
      language: null, // the SDK's, which says nothing of the user's
      actorId: null,
      operation: `${method} ${endpoint.path}`,
      via: 'supertokens',
    },
  };
  const schema = endpoint.input(call);
  const input =
    method === 'GET' || method === 'DELETE'
      ? readQuery(schema, firstOfEach(query))
      : readBody(schema, parseJson(request.body));
  return endpoint.handle(call, input as never); // its own schema made it
}

/** Parameters by name; of one that is there twice, the first. */
function firstOfEach(query: URLSearchParams): object {
  return Object.fromEntries([...query].toReversed());
}

function logServed(log: Log, request: FastifyRequest, status: number, ms: number): void {
  const path = request.url.split('?', 1)[0];
  const { method, ip } = request;
  log.info({ api: 'supertokens', method, path, status, ms: Math.round(ms), ip }, 'request');
}
