import type { ServerResponse } from 'node:http';
import { Server, type Socket } from 'node:net';
import { setImmediate as afterPolling, setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/**
 * How long open connections are told to close themselves before those without a request are closed.
 */
const FAREWELL_MS = 1_000;
/** More than any request takes; who is still there then is cut off. */
const FINISH_MS = 10_000;
const POLL_MS = 50;

/**
 * Prepares a shutdown that drops no request. First no new connections: whoever is refused one has
 * sent nothing yet and can go elsewhere. An idle keep-alive connection cannot be closed safely,
 * since its client may be sending: so for a moment every answer says `Connection: close`, and only
 * then the idle ones are closed, and what runs is finished.
 */
export function prepareDrain(server: FastifyInstance): () => Promise<void> {
  const connections = trackConnections(server);
  return async () => {
    sayGoodbye(server, connections);
    // connections that waited to be accepted have just been accepted: closing refuses nobody
    await afterPolling();
    // Not the HTTP server's own close(): that closes idle connections at once.
    const everybodyLeft = new Promise<void>((resolve) =>
      Server.prototype.close.call(server.server, () => resolve()),
    );
    await Promise.race([everybodyLeft, patience(FAREWELL_MS)]);
    const closed = server.close(); // it waits for the connections, so they are seen to meanwhile
    await Promise.race([everybodyLeft, closing(connections)]);
    server.server.closeAllConnections();
    await closed;
  };
}

/**
 * Every open connection with the last answer on it. Node's closeIdleConnections() leaves out those
 * on which nothing was ever sent, such as a browser's spare one:
 * https://github.com/nodejs/node/issues/63452
 */
function trackConnections({
  server,
}: FastifyInstance): ReadonlyMap<Socket, ServerResponse | undefined> {
  const connections = new Map<Socket, ServerResponse | undefined>();
  server.on('connection', (socket) => {
    connections.set(socket, undefined);
    socket.once('close', () => connections.delete(socket));
  });
  server.on('request', ({ socket }, response) => {
    connections.set(socket, response);
  });
  return connections;
}

/**
 * From now on every answer tells its client to open no further request on that connection, those
 * under way included.
 */
function sayGoodbye(
  { server }: FastifyInstance,
  connections: ReadonlyMap<Socket, ServerResponse | undefined>,
): void {
  const closeAfter = (response: ServerResponse) => {
    if (!response.headersSent) response.setHeader('connection', 'close');
  };
  for (const response of connections.values()) if (response !== undefined) closeAfter(response);
  server.prependListener('request', (_request, response) => closeAfter(response));
}

/**
 * Closes the connections that are idle, and those that become so: an event stream leaves an idle
 * one behind when it ends.
 */
async function closing(
  connections: ReadonlyMap<Socket, ServerResponse | undefined>,
): Promise<void> {
  for (
    const until = performance.now() + FINISH_MS;
    performance.now() < until;
    await patience(POLL_MS)
  ) {
    for (const [socket, response] of connections) {
      if (response === undefined || response.closed) socket.destroySoon();
    }
  }
}

function patience(ms: number): Promise<void> {
  return sleep(ms, undefined, { ref: false });
}
