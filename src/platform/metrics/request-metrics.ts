import type { FastifyInstance } from 'fastify';
import { Counter, Histogram } from 'prom-client';
import type { RequestListener } from '../graphql/request-listener.js';
import type { Metrics } from './metrics.js';

/** Seconds: a cached check is under a millisecond, a sign-in some tens. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** Times each HTTP request by its route, never by its path: that is the caller's text. */
export function measureRequests(server: FastifyInstance, metrics: Metrics): void {
  const duration = new Histogram({
    name: 'authgraph_http_request_duration_seconds',
    help: 'HTTP requests by method, route and status',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [metrics],
  });
  server.addHook('onResponse', (request, reply, done) => {
    const { method, routeOptions } = request;
    const labels = { method, route: routeOptions.url ?? 'none', status: reply.statusCode };
    duration.observe(labels, reply.elapsedTime / 1000);
    done();
  });
}

/** Counts each field of Query and Mutation that was asked for, by the outcome of its operation. */
export function operationMetrics(metrics: Metrics): RequestListener {
  const operations = new Counter({
    name: 'authgraph_graphql_operations_total',
    help: 'Fields of Query and Mutation by outcome: ok, or the code of the first error',
    labelNames: ['field', 'outcome'],
    registers: [metrics],
  });
  return {
    willSendResponse({ operation, errors }) {
      const code = errors?.[0]?.extensions.code;
      const outcome = errors === undefined ? 'ok' : String(code ?? 'INTERNAL_SERVER_ERROR');
      // Names that the schema knows only: how many there are is bounded.
      const fields = new Set<string>();
      for (const each of operation?.selectionSet.selections ?? [])
        if (each.kind === 'Field') fields.add(each.name.value);
      if (fields.size === 0) fields.add('none');
      for (const field of fields) operations.inc({ field, outcome });
    },
  };
}
