import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { realms } from '../features/realms/index.js';
import { SESSION_SETTINGS } from '../features/sessions/index.js';
import { signingKeys } from '../features/signing-keys/index.js';
import { AuthError } from '../kernel/auth-error.js';
import { createApolloServer } from '../platform/graphql/apollo-server.js';
import { buildSubgraph } from '../platform/graphql/schema.js';
import { graphqlRoute } from '../platform/http/graphql-route.js';
import type { Readiness } from '../platform/http/health.js';
import { createHttpServer } from '../platform/http/server.js';
import { collectPlatformMetrics } from '../platform/metrics/platform-metrics.js';
import { operationMetrics } from '../platform/metrics/request-metrics.js';
import { listenForMetrics } from '../platform/metrics/serve-metrics.js';
import { blaming } from './blame.js';
import { startBringUp } from './bring-up.js';
import { checkTemplates } from './check-templates.js';
import { type ComposeOptions, type Composition, compose } from './compose.js';
import { prepareDrain } from './drain.js';
import { readTrustedDocuments } from './read-trusted-documents.js';

/** The running service. */
export interface App extends AsyncDisposable, Pick<Composition, 'platform' | 'use'> {
  /** Where it listens. */
  readonly url: string;
  /** Where the metrics are, if they have a port of their own. */
  readonly metricsUrl: string | undefined;
  /** Settles when the node has tried to get ready once; whether it is, /health/ready tells. */
  readonly firstAttempt: Promise<void>;
  /** Stops accepting, finishes what runs, closes everything. */
  stop(): Promise<void>;
}

export async function startApp(options: ComposeOptions): Promise<App> {
  const { config, log } = options;
  const trusted = await readTrustedDocuments(config.trustedDocuments);
  const composition = await compose(options);
  const { platform, use, built, features } = composition;
  await checkTemplates(composition, config.templates);
  const bringUp = startBringUp(composition, config.database.autoMigrate);
  const { schema } = buildSubgraph({
    resolvers: features.flatMap(({ resolvers }) => resolvers ?? []),
    instances: built.flatMap(({ resolvers }) => resolvers ?? []),
    references: Object.assign({}, ...built.map(({ references }) => references)),
  });
  const { errors } = platform;
  const apollo = createApolloServer({
    schema,
    errors,
    plugins: [operationMetrics(platform.metrics), ...built.flatMap((each) => each.plugins ?? [])],
    explorable: config.introspection,
    trusted,
    log,
  });
  await apollo.start();
  const checks = built.flatMap((each) => each.checks ?? []);
  const { directory } = use(realms);
  const { rings } = use(signingKeys);
  const server = await createHttpServer({
    routes: [graphqlRoute(apollo, checks), ...built.flatMap(({ routes }) => routes ?? [])],
    realmOf: async (realmId) => {
      assertReady();
      const realm = await directory.find(realmId);
      // Before a flow's transaction needs them: it would wait for a second connection.
      await rings.of(realm);
      return realm;
    },
    allowedOrigins: (realm) => SESSION_SETTINGS.of(realm).allowedOrigins,
    trustProxy: config.trustProxy,
    metrics: platform.metrics,
    metricsToken: config.metrics.token,
    readiness,
    explorer: !config.production,
    newRequestId: randomUUID, // for reading logs only
    errors,
    log,
  });
  server.addHook('preClose', async () => {
    for (const { closing } of built) closing?.();
  });
  let metricsServer: FastifyInstance | undefined;
  const drain = prepareDrain(server);
  const stop = async () => {
    bringUp.stop();
    await drain();
    await apollo.stop();
    await metricsServer?.close();
    await composition[Symbol.asyncDispose]();
  };
  const url = await listen().catch(async (error: unknown) => {
    await stop(); // else its connections would keep a process alive that nobody can reach
    throw error;
  });
  const { firstAttempt } = bringUp;
  const metricsUrl = metricsServer?.listeningOrigin;
  return { platform, use, url, metricsUrl, firstAttempt, stop, [Symbol.asyncDispose]: stop };

  async function listen(): Promise<string> {
    metricsServer = await openMetricsPort();
    const { port, host } = config;
    return blaming('HOST and PORT', () => server.listen({ port, host }));
  }

  async function openMetricsPort() {
    const { token, port, host } = config.metrics;
    if (token !== undefined || port !== undefined) collectPlatformMetrics(platform);
    if (port === undefined) return undefined;
    return blaming('AUTHGRAPH_METRICS_HOST', () =>
      listenForMetrics(platform.metrics, { port, host }),
    );
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
