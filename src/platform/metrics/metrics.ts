import { Registry } from 'prom-client';

/** Where features register their counters and gauges; prom-client's registry. */
export type Metrics = Registry;

export function openMetrics(): Metrics {
  return new Registry();
}
