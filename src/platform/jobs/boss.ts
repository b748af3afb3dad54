import { Socket } from 'node:net';
import { type ConstructorOptions, fromPglite, PgBoss } from 'pg-boss';
import type { Log } from '../../kernel/log.js';
import type { Database, EmbeddedServer } from '../database/database.js';
import { safeReason } from '../database/database-failure.js';
import { JOBS_SCHEMA } from './job-type.js';

/** How soon the jobs of a node that is gone are noticed, after their time is up. */
const SUPERVISE_SECONDS = 15;

/** pg-boss, and the way to be rid of it when its server has stopped answering. */
export interface OpenBoss {
  readonly boss: PgBoss;
  cut(): void;
}

/** pg-boss on the service's database: over two connections of its own, or in the embedded one. */
export async function createBoss(
  database: Database,
  url: string | undefined,
  log: Log,
): Promise<OpenBoss> {
  const sockets = new Set<Socket>();
  const boss = new PgBoss({
    ...(url === undefined ? await embedded(database) : connectionsTo(url, sockets)),
    schema: JOBS_SCHEMA,
    migrate: false,
    createSchema: false,
    schedule: false,
    superviseIntervalSeconds: SUPERVISE_SECONDS,
    monitorIntervalSeconds: SUPERVISE_SECONDS,
    monitorVacuum: false,
    registerInstance: false,
    openTelemetry: { enabled: false },
  });
  let said: string | undefined;
  boss.on('error', (error) => {
    const reason = safeReason(error);
    if (reason !== said) log.warn({ reason }, 'Jobs are held up');
    said = reason;
  });
  boss.on('warning', ({ message }) => log.warn({}, message));
  return {
    boss,
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
  };
}

function connectionsTo(url: string, sockets: Set<Socket>): ConstructorOptions {
  const options = {
    connectionString: url,
    max: 2,
    application_name: 'authgraph jobs',
    connectionTimeoutMillis: 5_000,
    // pg's own, which pg-boss hands on.
    keepAlive: true,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
    query_timeout: 30_000,
  };
  return options;
}

async function embedded(database: Database): Promise<ConstructorOptions> {
  const server = await database.embeddedServer();
  const query: EmbeddedServer['query'] = (text, values) => server.query(text, values, { parsers });
  return { backend: 'pglite', db: fromPglite({ query, exec: (text) => server.exec(text) }) };
}

/** MikroORM wants times as text, pg-boss as dates. */
const parsers = Object.fromEntries(
  [1114, 1184].map((oid) => [oid, (text: string) => new Date(text)]),
);
