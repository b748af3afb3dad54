import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { argon2Hasher } from '../features/password/password-hasher.js';
import { createCredentials } from '../features/password/registry.js';
import { DEFAULT_REALM } from '../features/realms/realm.entity.js';
import { accessTokenSigner } from '../features/sessions/access-token.js';
import { EndedSessions } from '../features/sessions/ended-sessions.js';
import { refreshTokenFormat } from '../features/sessions/refresh-token.js';
import { SessionIssuer } from '../features/sessions/session-issuer.js';
import { cookiePolicy, type TokenCookies } from '../features/sessions/token-cookies.js';
import { redisKeyCache } from '../features/signing-keys/key-cache.js';
import { KeyRing } from '../features/signing-keys/key-ring.js';
import { AuthError } from '../kernel/auth-error.js';
import { type Clock, systemClock } from '../kernel/clock.js';
import { idsFrom } from '../kernel/ids.js';
import { createSeal, deriveKey } from '../kernel/master-secret.js';
import { systemRandomness } from '../kernel/randomness.js';
import type { Bus } from '../platform/bus/bus.js';
import { localBus } from '../platform/bus/local-bus.js';
import { postgresWire } from '../platform/bus/postgres-wire.js';
import { redisWire } from '../platform/bus/redis-wire.js';
import { WireBus } from '../platform/bus/wire-bus.js';
import { openDatabase } from '../platform/database/database.js';
import { safeReason } from '../platform/database/database-failure.js';
import { createApolloServer } from '../platform/graphql/apollo-server.js';
import type { RequestContext } from '../platform/graphql/context.js';
import { createLoaders } from '../platform/graphql/loaders.js';
import { buildSubgraph } from '../platform/graphql/schema.js';
import type { GraphQLCall } from '../platform/http/graphql-answer.js';
import type { Readiness } from '../platform/http/health.js';
import { createHttpServer } from '../platform/http/server.js';
import type { ServedRequest } from '../platform/log/log.js';
import { startBringUp } from './bring-up.js';
import type { Config } from './config.js';
import { prepareDrain } from './drain.js';
import type { Services } from './services.js';

/** Tokens live a little longer than they say: verifiers allow for clocks that differ. */
const SKEW_SECONDS = 60;
/** With the time to get a connection this stays under the five seconds in which a request has its answer. */
const STATEMENT_TIMEOUT_MS = 2_000;
const MAX_USER_AGENT = 512;

/** The services without HTTP around them: what the command line works with. */
export interface Core extends AsyncDisposable {
  readonly services: Services;
}

export interface CoreOptions {
  readonly config: Config;
  /** AUTHGRAPH_SECRET, or the development one. */
  readonly secret: string;
  readonly log: Logger;
  /** Called with each served request; they go to `log` unless given. */
  readonly logRequest?: (request: ServedRequest) => void;
  readonly clock?: Clock;
}

export async function createCore({
  config,
  secret,
  log,
  clock = systemClock,
}: CoreOptions): Promise<Core> {
  const realmId = DEFAULT_REALM;
  const randomness = systemRandomness;
  const newId = idsFrom(clock, randomness);
  const database = await openDatabase(
    { ...config.database, statementTimeoutMs: STATEMENT_TIMEOUT_MS },
    log,
  );
  // Loaded on demand: its client costs a service without Redis time to start and memory.
  const redis =
    config.redisUrl === undefined
      ? undefined
      : (await import('../platform/redis/redis.js')).openRedis(config.redisUrl, log);
  const bus = openBus();
  const keySeal = createSeal(deriveKey(secret, 'signing-keys'), randomness);
  const cacheSeal = createSeal(deriveKey(secret, 'signing-key-cache'), randomness);
  const keyLifetimes = {
    jwksMaxAge: config.keys.jwksMaxAge,
    tokenLifetime: config.accessTokenTtl + SKEW_SECONDS,
    rotationPeriod: config.keys.rotation,
  };
  const cache =
    redis && redisKeyCache(redis, cacheSeal, Math.max(1, Math.floor(config.keys.jwksMaxAge / 2)));
  const keys = new KeyRing({
    database,
    cache,
    seal: keySeal,
    realmId,
    lifetimes: keyLifetimes,
    clock,
    log,
  });
  bus.onMessage((message) => {
    if (message.type !== 'signing-keys-changed' || message.realmId !== realmId) return;
    keys
      .reload('database')
      .catch((error: unknown) =>
        log.warn({ reason: safeReason(error) }, 'Could not read the changed signing keys'),
      );
  });
  const endedSessions = new EndedSessions({
    database,
    bus,
    realmId,
    retentionSeconds: keyLifetimes.tokenLifetime,
    clock,
    log,
  });
  const refreshTokens = refreshTokenFormat(deriveKey(secret, 'refresh-token-mac'), realmId);
  const signAccessToken = accessTokenSigner({
    issuer: config.issuer,
    audience: config.audience,
    ttlSeconds: config.accessTokenTtl,
    keys,
    newId,
  });
  const sessions = new SessionIssuer({
    realmId,
    idleTtlSeconds: config.refresh.idleTtl,
    absoluteTtlSeconds: config.refresh.absoluteTtl,
    clock,
    randomness,
    newId,
    refreshTokens,
    signAccessToken,
  });
  const hasher = argon2Hasher(config.password.hashThreads, log);
  const credentials = createCredentials({
    password: { minimumLength: config.password.minLength, realmId, hasher },
  });

  const services: Services = {
    realmId,
    clock,
    randomness,
    newId,
    log,
    database,
    bus,
    credentials,
    sessions,
    refreshTokens,
    refreshGraceSeconds: config.refresh.grace,
    endedSessions,
    keys,
    keySeal,
    keyLifetimes,
    signingAlgorithm: config.keys.algorithm,
  };
  return {
    services,
    async [Symbol.asyncDispose]() {
      keys[Symbol.dispose]();
      endedSessions[Symbol.dispose]();
      await bus[Symbol.asyncDispose]();
      redis?.disconnect();
      await hasher[Symbol.asyncDispose]();
      await database.close();
    },
  };

  function openBus(): Bus {
    if (redis !== undefined) return new WireBus(redisWire(redis), log);
    return config.database.url === undefined
      ? localBus()
      : new WireBus(postgresWire(config.database.url), log);
  }
}

/** The running service. */
export interface App extends AsyncDisposable {
  readonly services: Services;
  /** Where it listens. */
  readonly url: string;
  /** Settles when the node has tried to get ready once; whether it is, /health/ready tells. */
  readonly firstAttempt: Promise<void>;
  /** Stops accepting, finishes what runs, closes everything. */
  stop(): Promise<void>;
}

export async function startApp(options: CoreOptions): Promise<App> {
  const { config, log } = options;
  const core = await createCore(options);
  const { services } = core;
  const bringUp = startBringUp(services, config.database.autoMigrate);
  const apollo = createApolloServer({
    schema: buildSubgraph().schema,
    session: {
      issuer: config.issuer,
      audience: config.audience,
      jwks: services.keys,
      isEnded: (sessionId) => services.endedSessions.has(sessionId),
      now: () => services.clock.now(),
    },
    explorable: config.introspection,
    log,
  });
  await apollo.start();
  const server = await createHttpServer<RequestContext>({
    apollo,
    context: (call, cookies) => requestContext(call, cookies),
    obstacle: () =>
      bringUp.state.keys
        ? undefined
        : new AuthError('SERVICE_UNAVAILABLE', 'The service is starting. Try again shortly.'),
    cookiePolicy: cookiePolicy(config.issuer, [
      ...config.allowedOrigins,
      ...(config.production ? [] : loopbackOrigins(config.port)),
    ]),
    allowedOrigins: config.allowedOrigins,
    trustProxy: config.trustProxy,
    jwks: () => services.keys.jwks(),
    jwksMaxAgeSeconds: config.keys.jwksMaxAge,
    endedSessions: services.endedSessions,
    readiness: () => readiness(),
    explorer: !config.production,
    newRequestId: randomUUID, // for reading logs only
    log,
    logRequest: options.logRequest ?? ((request) => log.info(request, 'request')),
  });
  const drain = prepareDrain(server);
  const stop = async () => {
    bringUp.stop();
    await drain();
    await apollo.stop();
    await core[Symbol.asyncDispose]();
  };
  const url = await server
    .listen({ port: config.port, host: config.host })
    .catch(async (error: unknown) => {
      await stop(); // else its connections would keep a process alive that nobody can reach
      throw error;
    });
  return { services, url, firstAttempt: bringUp.firstAttempt, stop, [Symbol.asyncDispose]: stop };

  function requestContext(
    { requestId, ip, message }: GraphQLCall,
    cookies: TokenCookies,
  ): RequestContext {
    const device = {
      ipAddress: ip,
      userAgent: message.headers['user-agent']?.slice(0, MAX_USER_AGENT) ?? null,
    };
    const own = { requestId, services, device, cookies, loaders: createLoaders(services) };
    return own as typeof own & RequestContext; // the session plugin adds the rest before any resolver runs
  }

  async function readiness(): Promise<Readiness> {
    const database = await services.database.ping().then(
      () => true,
      () => false,
    );
    return {
      database,
      migrations: bringUp.state.migrations,
      keys: bringUp.state.keys && services.keys.ready,
    };
  }
}

/** Both names of this machine: in development it does not matter by which the browser came. */
function loopbackOrigins(port: number): string[] {
  return [`http://localhost:${port}`, `http://127.0.0.1:${port}`];
}
