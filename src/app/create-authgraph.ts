import type { RequestListener } from 'node:http';
import type { ApolloServer } from '@apollo/server';
import type { FastifyPluginAsync } from 'fastify';
import type { Logger } from 'pino';
import type { RequestContext } from '../platform/graphql/context.js';
import type { HookFunctions } from '../platform/hooks/hook-functions.js';
import type { ApolloContext } from '../platform/http/apollo-context.js';
import { ConfigError } from './config.js';
import { fastifyPlugin, requestListener } from './mount.js';
import { listen } from './serve.js';
import { openService } from './service.js';
import { setUp } from './set-up.js';

/**
 * The service's settings by the names of their environment variables, as text; those of
 * docs/configuration.md, all of which start with `AUTHGRAPH_` but these.
 */
export type AuthgraphSettings = {
  /** What does not say `development` or `test` is production. Say it: nothing is read for you. */
  readonly NODE_ENV: string | undefined;
  /** A PostgreSQL; without one the database is embedded in this process. */
  readonly DATABASE_URL?: string | undefined;
  readonly REDIS_URL?: string | undefined;
  readonly SMTP_URL?: string | undefined;
  readonly PORT?: string | undefined;
  readonly HOST?: string | undefined;
  readonly [variable: `AUTHGRAPH_${string}`]: string | undefined;
};

export interface AuthgraphConfig {
  readonly settings: AuthgraphSettings;
  /** What the application has a say in. */
  readonly hooks?: HookFunctions;
  /** Standard output unless given. */
  readonly log?: Logger;
}

/** The service in one's own process. */
export interface Authgraph extends AsyncDisposable {
  /**
   * A Fastify plugin with the API: `app.register(authgraph.fastify)`, or with a `prefix`, which is
   * then the path of `AUTHGRAPH_ISSUER`. The service stops when the app closes.
   */
  readonly fastify: FastifyPluginAsync;
  /**
   * The API as a listener for Node.js's HTTP server and what is built on it:
   * `app.use('/auth', authgraph.handler)`. Before what reads bodies.
   */
  readonly handler: RequestListener;
  /** The Apollo server, started, for its own middleware; `/graphql` only. */
  readonly apolloServer: ApolloServer<RequestContext>;
  /** The `context` function that goes with it. */
  readonly apolloContext: ApolloContext;
  /** Resolves once requests are served; rejects when it is stopped before. */
  ready(): Promise<void>;
  /** Listens where `HOST` and `PORT` say; resolves to the URL. Rejects with a ConfigError. */
  listen(): Promise<string>;
  /** Finishes what runs, and closes everything. Once, however often it is called. */
  stop(): Promise<void>;
}

/**
 * Embeds the service. It reads no environment, handles no signals and never ends the process. The
 * database may come later: `ready()` tells. Rejects with a ConfigError that names every setting
 * that is wrong.
 *
 * @example
 * ```ts
 * import { createAuthgraph } from 'authgraph';
 * import { fastify } from 'fastify';
 *
 * const authgraph = await createAuthgraph({ settings: { NODE_ENV: 'development' } });
 * const app = fastify();
 * await app.register(authgraph.fastify);
 * await app.listen({ port: 4000 });
 * ```
 */
export async function createAuthgraph(embedding: AuthgraphConfig): Promise<Authgraph> {
  const { settings, hooks = {}, log } = embedding;
  assertEnvironmentSaid(settings);
  const parts = await setUp(settings, log);
  const { config } = parts;
  if (config.unknownSettings.length > 0) {
    throw new ConfigError(config.unknownSettings.map((name) => `${name} is not a setting`));
  }
  const service = await openService({ ...parts, hooks, explorer: false });
  await service.server.ready();
  for (const warning of config.warnings) parts.log.warn({}, warning);
  let stop = service.stop;
  const stopAll = () => stop();
  return {
    fastify: fastifyPlugin({ ...service, stop: stopAll }),
    handler: requestListener(service),
    apolloServer: service.apollo,
    apolloContext: service.apolloContext,
    ready: () => service.bringUp.ready,
    async listen() {
      const listening = await listen(service, config);
      stop = listening.stop;
      return listening.url;
    },
    stop: stopAll,
    [Symbol.asyncDispose]: stopAll,
  };
}

/** Left out, it would be development, with all that this opens. */
function assertEnvironmentSaid(settings: AuthgraphSettings): void {
  if ('NODE_ENV' in settings) return;
  throw new ConfigError(['NODE_ENV must be said: the environment is not read']);
}
