import { Counter, collectDefaultMetrics, Gauge } from 'prom-client';
import type { Platform } from '../platform.js';

/** What is known of the process and of what it depends on, whichever features there are. */
export function collectPlatformMetrics({
  metrics,
  database,
  redis,
  bus,
  events,
}: Pick<Platform, 'metrics' | 'database' | 'redis' | 'bus' | 'events'>): void {
  collectDefaultMetrics({ register: metrics });
  const registers = [metrics];
  new Gauge({
    name: 'authgraph_postgres_up',
    help: '1 when the database answers',
    registers,
    async collect() {
      const isUp = database.ping().then(
        () => 1,
        () => 0,
      );
      this.set(await isUp);
    },
  });
  new Gauge({
    name: 'authgraph_postgres_connections',
    help: 'Connections of this node, and requests that wait for one',
    labelNames: ['state'],
    registers,
    collect() {
      for (const [state, count] of Object.entries(database.connections()))
        this.set({ state }, count);
    },
  });
  if (redis !== undefined) {
    new Gauge({
      name: 'authgraph_redis_up',
      help: '1 when Redis is connected',
      registers,
      collect() {
        this.set(redis.status === 'ready' ? 1 : 0);
      },
    });
  }
  new Gauge({
    name: 'authgraph_bus_up',
    help: '1 when this node hears the others; the database is asked meanwhile',
    registers,
    collect() {
      this.set(bus.connected ? 1 : 0);
    },
  });
  const happened = new Counter({
    name: 'authgraph_events_total',
    help: 'What happened, by type: user.signed_in, user.sign_in_refused, session.token_reused, ...',
    labelNames: ['type'],
    registers,
  });
  events.afterwards(({ type }) => happened.inc({ type: type.name }));
}
