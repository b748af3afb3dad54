import { type FastifyInstance, fastify } from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';
import { isSameSecret } from '../../kernel/same-secret.js';
import type { Metrics } from './metrics.js';

/** GET /metrics in Prometheus' text format, for whoever holds the token. */
export function serveMetrics(server: FastifyInstance, metrics: Metrics, token?: string): void {
  server.get('/metrics', async ({ headers }, reply) => {
    if (token !== undefined && !isSameSecret(headers.authorization ?? '', `Bearer ${token}`)) {
      void reply.header('www-authenticate', 'Bearer');
      throw new AuthError('UNAUTHENTICATED', 'The token of AUTHGRAPH_METRICS_TOKEN is needed.');
    }
    const text = await metrics.metrics();
    return reply.header('cache-control', 'no-store').type(metrics.contentType).send(text);
  });
}

/** A listener of its own for them, that a firewall can keep inside. The caller closes it. */
export async function listenForMetrics(
  metrics: Metrics,
  { port, host }: { readonly port: number; readonly host: string },
): Promise<FastifyInstance> {
  const server = fastify({ forceCloseConnections: true });
  serveMetrics(server, metrics);
  await server.listen({ port, host });
  return server;
}
