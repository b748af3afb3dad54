import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';

/** Where the stream learns what to say. */
export interface EndedSessionsSource {
  /** For how long an id still matters: no token of that session lives longer. */
  readonly retentionSeconds: number;
  /** The sessions that ended within that time. */
  recent(): string[];
  /** Calls back with each group of sessions that end from now on; returns the way to stop. */
  onEnded(listener: (sessionIds: readonly string[]) => void): () => void;
}

const MAX_STREAMS = 500;
const HEARTBEAT_MS = 2_000;
/** A reader that is this far behind is not reading. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

/**
 * Server-sent events that let other servers refuse ended sessions at once: first what ended lately, then each end as it
 * happens, and a heartbeat by which a reader knows that it misses nothing. Session ids are no secrets.
 */
export function serveEndedSessions(server: FastifyInstance, source: EndedSessionsSource): void {
  const streams = new Set<ServerResponse>();
  let closing = false;

  const stop = source.onEnded((sessionIds) => broadcast(event('ended', { sessionIds })));
  const heartbeat = setInterval(() => broadcast(': heartbeat\n\n'), HEARTBEAT_MS).unref();
  server.addHook('preClose', async () => {
    closing = true;
    stop();
    clearInterval(heartbeat);
    for (const stream of streams) stream.end();
  });

  server.get('/events/ended-sessions', async (_request, reply) => {
    if (closing || streams.size >= MAX_STREAMS)
      throw new AuthError(
        'SERVICE_UNAVAILABLE',
        'This node takes no more event streams at present.',
      );
    reply.hijack();
    const stream = reply.raw;

    stream.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    stream.once('close', () => streams.delete(stream));
    stream.write(
      event('snapshot', { retentionSeconds: source.retentionSeconds, sessionIds: source.recent() }),
    );
    streams.add(stream);
  });

  function broadcast(text: string): void {
    for (const stream of streams) {
      if (stream.writableLength > MAX_BUFFERED_BYTES) stream.destroy();
      else stream.write(text);
    }
  }
}

function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
