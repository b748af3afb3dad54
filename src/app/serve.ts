import type { FastifyInstance } from 'fastify';
import { collectPlatformMetrics } from '../platform/metrics/platform-metrics.js';
import { listenForMetrics } from '../platform/metrics/serve-metrics.js';
import { blaming } from './blame.js';
import type { ComposeOptions, Composition } from './compose.js';
import type { Config } from './config.js';
import { openService, type Service } from './service.js';

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
  const { config } = options;
  const service = await openService({ ...options, explorer: !config.production });
  const { platform, use, bringUp } = service;
  const listening = await listen(service, config);
  const { firstAttempt } = bringUp;
  return { platform, use, firstAttempt, ...listening, [Symbol.asyncDispose]: listening.stop };
}

/**
 * Lets the service listen where its settings say. Stops it, and rejects with a ConfigError, when
 * that cannot be.
 */
export async function listen(
  { server, platform, stop: stopService }: Pick<Service, 'server' | 'platform' | 'stop'>,
  { port, host, metrics }: Pick<Config, 'port' | 'host' | 'metrics'>,
): Promise<Pick<App, 'url' | 'metricsUrl' | 'stop'>> {
  let metricsServer: FastifyInstance | undefined;
  const stop = () => stopService().finally(() => metricsServer?.close());
  try {
    metricsServer = await openMetricsPort();
    const url = await blaming('HOST and PORT', () => server.listen({ port, host }));
    return { url, metricsUrl: metricsServer?.listeningOrigin, stop };
  } catch (error) {
    await stop(); // else its connections would keep a process alive that nobody can reach
    throw error;
  }

  async function openMetricsPort() {
    if (metrics.token !== undefined || metrics.port !== undefined) collectPlatformMetrics(platform);
    if (metrics.port === undefined) return undefined;
    const where = { port: metrics.port, host: metrics.host };
    return blaming('AUTHGRAPH_METRICS_HOST', () => listenForMetrics(platform.metrics, where));
  }
}
