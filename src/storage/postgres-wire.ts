import { Client } from 'pg';
import { BUS_CHANNEL } from './bus.js';
import type { OpenWire } from './wire-bus.js';

const TIMEOUT_MS = 2_500;

/** A wire over PostgreSQL LISTEN/NOTIFY, on a connection outside the pool. */
export function postgresWire(url: string): OpenWire {
  return async (received, lost) => {
    const client = new Client({
      connectionString: url,
      application_name: 'authgraph-bus',
      keepAlive: true,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
    });
    client.on('notification', ({ payload }) => received(payload ?? ''));
    client.on('error', lost);
    client.on('end', () => lost(new Error('connection ended')));
    await client.connect();
    await client.query(`listen ${BUS_CHANNEL}`);
    return {
      send: async (text) => {
        await client.query('select pg_notify($1, $2)', [BUS_CHANNEL, text]);
      },
      close: () => client.end(),
    };
  };
}
