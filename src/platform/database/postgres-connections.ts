import { Socket } from 'node:net';
import type { Client, Pool, PoolClient } from 'pg';
import type { Log } from '../../kernel/log.js';

/**
 * Keeps a pool of PostgreSQL connections usable when the server or the network fails:
 * - A statement without an answer in time: `pg` reports an error and returns the connection to the
 *   pool, with the statement still running on it, maybe inside an open transaction that the next
 *   user's writes would become part of. Here such a connection is closed.
 *   https://github.com/brianc/node-postgres/issues/3399
 * - A connection that breaks around `begin` or `rollback`: Kysely never releases it, until the pool
 *   has none left. Here it leaves the pool when it breaks.
 *   https://github.com/kysely-org/kysely/issues/1990
 * - `end()` waits for a server that has stopped answering. Here the sockets can be destroyed.
 *   https://github.com/brianc/node-postgres/issues/2199
 */
export class PostgresConnections {
  readonly #sockets = new Set<Socket>();
  readonly #answerWithinMs: number | undefined;
  readonly #log: Log;
  #closed = false;

  /** `answerWithinMs`: how long a statement may take; undefined for as long as it wants. */
  constructor(answerWithinMs: number | undefined, log: Log) {
    this.#answerWithinMs = answerWithinMs;
    this.#log = log;
  }

  /** Opens the socket of a new connection: `pg`'s option `stream`. */
  readonly open = (): Socket => {
    const socket = new Socket();
    this.#sockets.add(socket);
    return socket.once('close', () => this.#sockets.delete(socket));
  };

  /** Looks after a new pool: MikroORM's option `onPoolCreated`. */
  readonly adopt = (pool: Pool): void => {
    // MikroORM (7.2.1) opens another pool for a query that comes after it was closed, and nobody
    // would close that one. No issue of theirs is known.
    if (this.#closed) void pool.end();
    const lent = new WeakSet<PoolClient>();
    pool.on('acquire', (client) => void lent.add(client));
    pool.on('release', (_error, client) => void lent.delete(client));
    pool.on('connect', (client) => {
      this.#cutWhenSilent(client);
      client.once('end', () => {
        if (!lent.has(client)) return; // the pool looks after those that it holds itself
        client.release(true);
        client.release = () => {}; // in case Kysely releases it after all
      });
    });
  };

  /** Cuts every connection that is still open, and admits no more. */
  cut(): void {
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  #cutWhenSilent(client: Client): void {
    const limit = this.#answerWithinMs;
    if (limit === undefined) return;
    const watch = () =>
      setTimeout(() => {
        this.#log.warn({ ms: limit }, 'PostgreSQL did not answer in time; the connection is cut');
        void client.end(); // at once, since a statement is running
      }, limit);
    const query: (...parameters: unknown[]) => unknown = client.query.bind(client);
    const queryInTime = (...parameters: unknown[]): unknown => {
      const timer = watch();
      const stop = () => clearTimeout(timer);
      const callback = parameters.at(-1);
      if (typeof callback === 'function') {
        return query(...parameters.slice(0, -1), (...outcome: unknown[]) => {
          stop();
          callback(...outcome);
        });
      }
      const answer = query(...parameters);
      if (answer instanceof Promise) answer.then(stop, stop);
      else stop(); // a cursor: its reader waits row by row
      return answer;
    };
    client.query = queryInTime as typeof client.query; // takes and returns what the original does
  }
}
