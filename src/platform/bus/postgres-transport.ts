import { Socket } from 'node:net';
import { Client } from 'pg';
import { BUS_CHANNEL } from './bus.js';
import type { OpenTransport } from './remote-bus.js';

const TIMEOUT_MS = 2_500;

/** A transport over PostgreSQL LISTEN/NOTIFY, on a connection outside the pool. */
export function postgresTransport(url: string): OpenTransport {
  return async (received, lost) => {
    const socket = new Socket();
    const client = new Client({
      connectionString: url,
      application_name: 'authgraph-bus',
      keepAlive: true,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      stream: () => socket,
    });
    client.on('notification', ({ payload }) => received(payload ?? ''));
    client.on('error', lost);
    client.on('end', () => lost(new Error('connection ended')));
    // Not client.end(): that waits for a server that may have stopped answering. There is nothing
    // left to say to it anyway.
    const close = async () => void socket.destroy();
    try {
      await client.connect();
      await client.query(`listen ${BUS_CHANNEL}`);
    } catch (error) {
      await close();
      throw error;
    }
    let sent: Promise<unknown> = Promise.resolve();
    return {
      send: async (text) => {
        // One at a time: a client does not take a query while another one runs.
        sent = sent
          .catch(() => {})
          .then(() => client.query('select pg_notify($1, $2)', [BUS_CHANNEL, text]));
        await sent;
      },
      close,
    };
  };
}
