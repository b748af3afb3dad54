import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

/** How long open connections are told to close themselves before the idle ones are closed. */
const FAREWELL_MS = 1_000;

/**
 * Prepares a shutdown that drops no request. An idle keep-alive connection cannot be closed safely: its client may be
 * sending. So for a moment every answer says `Connection: close`, and only then the server stops and finishes what runs.
 */
export function prepareDrain(server: FastifyInstance): () => Promise<void> {
  let draining = false;
  let connections = 0;
  server.server.on('connection', (socket) => {
    connections += 1;
    socket.once('close', () => {
      connections -= 1;
    });
  });
  server.addHook('onSend', (_request, reply, _payload, done) => {
    if (draining) void reply.header('connection', 'close');
    done();
  });
  return async () => {
    draining = true;
    for (const until = performance.now() + FAREWELL_MS; connections > 0 && performance.now() < until; ) await sleep(20);
    await server.close();
  };
}
