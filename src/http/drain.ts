import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How long open connections are told to close themselves before those without a request are closed. */
const FAREWELL_MS = 1_000;

/**
 * Prepares a shutdown that drops no request. An idle keep-alive connection cannot be closed safely: its client may be
 * sending. So for a moment every answer says `Connection: close`, and only then the server stops and finishes what runs.
 */
export function prepareDrain(server: FastifyInstance): () => Promise<void> {
  let draining = false;
  const connections = new Set<Socket>();
  const busy = new Set<Socket>();
  server.server.on('connection', (socket) => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
  });
  server.server.on('request', ({ socket }, response) => {
    busy.add(socket);
    response.once('close', () => busy.delete(socket));
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining) void reply.header('connection', 'close');
    done();
  });
  return async () => {
    draining = true;
    for (const until = performance.now() + FAREWELL_MS; connections.size > 0 && performance.now() < until; ) await sleep(20);
    const closed = server.close();
    // Node waits for a connection on which nothing was ever sent, such as a browser's spare one, as if it were working.
    for (const socket of connections) if (!busy.has(socket)) socket.destroy();
    await closed;
  };
}
