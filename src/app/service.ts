import { randomUUID } from 'node:crypto';
import type { ApolloServer } from '@apollo/server';
import type { FastifyInstance } from 'fastify';
import { realms } from '../features/realms/index.js';
import { SESSION_SETTINGS } from '../features/sessions/index.js';
import { signingKeys } from '../features/signing-keys/index.js';
import { AuthError } from '../kernel/auth-error.js';
import type { Realm } from '../kernel/realm.js';
import { createApolloServer } from '../platform/graphql/apollo-server.js';
import type { RequestContext } from '../platform/graphql/context.js';
import { buildSubgraph } from '../platform/graphql/schema.js';
import { type ApolloContext, apolloContext } from '../platform/http/apollo-context.js';
import { graphqlRoute } from '../platform/http/graphql-route.js';
import type { Readiness } from '../platform/http/health.js';
import type { RealmRoute } from '../platform/http/realm-route.js';
import { createHttpServer } from '../platform/http/server.js';
import { operationMetrics } from '../platform/metrics/request-metrics.js';
import { type BringUp, startBringUp } from './bring-up.js';
import { checkTemplates } from './check-templates.js';
import { type ComposeOptions, type Composition, compose } from './compose.js';
import { prepareDrain } from './drain.js';
import { readTrustedDocuments } from './read-trusted-documents.js';

export interface ServiceOptions extends ComposeOptions {
  /** Whether a browser that opens the API gets an explorer. */
  readonly explorer: boolean;
}

/** The service with its API, before anybody can reach it. */
export interface Service extends Pick<Composition, 'platform' | 'use'> {
  readonly apollo: ApolloServer<RequestContext>;
  /** What the Apollo server needs to know of a request that came to it another way. */
  readonly apolloContext: ApolloContext;
  /** All of the API over HTTP. It does not listen yet. */
  readonly server: FastifyInstance;
  /** What every realm has there. */
  readonly routes: readonly RealmRoute[];
  readonly bringUp: BringUp;
  /** Says that the node is about to stop: answers that never end are ended. */
  closing(): void;
  /** Finishes what runs, and closes everything. Once, however often it is called. */
  stop(): Promise<void>;
}

/** Composes the service and starts to get it ready. Rejects with a ConfigError. */
export async function openService(options: ServiceOptions): Promise<Service> {
  const { config, log, explorer } = options;
  const trusted = await readTrustedDocuments(config.trustedDocuments);
  const composition = await compose(options);
  const { platform, use, built } = composition;
  platform.bus.listen();
  await checkTemplates(composition, config.templates);
  const bringUp = startBringUp(composition, config.database.autoMigrate);
  const { errors, metrics } = platform;
  const apollo = createApolloServer({
    schema: schemaOf(composition),
    errors,
    listeners: [operationMetrics(metrics), ...built.flatMap((each) => each.listeners ?? [])],
    explorable: config.introspection,
    trusted,
    log,
  });
  await apollo.start();
  const checks = built.flatMap((each) => each.checks ?? []);
  const routes = [graphqlRoute(apollo, checks), ...built.flatMap((each) => each.routes ?? [])];
  const newRequestId = randomUUID; // for reading logs only
  const { trustProxy } = config;
  const server = await createHttpServer({
    routes,
    realmOf,
    allowedOrigins: (realm) => SESSION_SETTINGS.of(realm).allowedOrigins,
    trustProxy,
    metrics,
    metricsToken: config.metrics.token,
    readiness,
    explorer,
    newRequestId,
    errors,
    log,
  });
  const closing = () => {
    for (const each of built) each.closing?.();
  };
  server.addHook('preClose', async () => closing());
  const drain = prepareDrain(server);
  let stopped: Promise<void> | undefined;
  return {
    platform,
    use,
    apollo,
    apolloContext: apolloContext({ realmOf, checks, newRequestId, errors }),
    server,
    routes,
    bringUp,
    closing,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };

  async function stop(): Promise<void> {
    bringUp.stop();
    await drain();
    await apollo.stop();
    await composition[Symbol.asyncDispose]();
  }

  /** Without a promise for a realm that this node knows: every request asks. */
  function realmOf(realmId: string): Realm | Promise<Realm> {
    assertReady();
    const realm = use(realms).directory.find(realmId);
    return realm instanceof Promise ? realm.then(withKeys) : withKeys(realm);
  }

  /** Loads the keys before a flow's transaction needs them: it would wait for a connection. */
  function withKeys(realm: Realm): Realm | Promise<Realm> {
    const ring = use(signingKeys).rings.of(realm);
    return ring instanceof Promise ? ring.then(() => realm) : realm;
  }

  function assertReady(): void {
    if (bringUp.state.ready) return;
    throw new AuthError('SERVICE_UNAVAILABLE', 'The service is starting. Try again shortly.');
  }

  async function readiness(): Promise<Readiness> {
    const database = await platform.database.ping().then(
      () => true,
      () => false,
    );
    return { database, migrations: bringUp.state.migrations, keys: bringUp.state.ready };
  }
}

function schemaOf({ features, built }: Composition) {
  return buildSubgraph({
    resolvers: features.flatMap(({ resolvers }) => resolvers ?? []),
    instances: built.flatMap(({ resolvers }) => resolvers ?? []),
    references: Object.assign({}, ...built.map(({ references }) => references)),
  }).schema;
}
