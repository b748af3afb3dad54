import type { ServerResponse } from 'node:http';
import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import type { RealmRoute } from '../../platform/http/realm-route.js';
import { SIGNING_SETTINGS } from '../signing-keys/index.js';
import type { EndedSessions } from './ended-sessions.js';

const MAX_STREAMS = 500;
const HEARTBEAT_MS = 2_000;
/** A reader that is this far behind is not reading. */
const MAX_BUFFERED_BYTES = 1024 * 1024;
/** Beyond the life of an access token: grace window and skew. */
const MARGIN_SECONDS = 360;

/**
 * Server-sent events that let other servers refuse ended sessions at once: first what ended lately,
 * then each end as it happens, and a heartbeat by which a reader knows that it misses nothing.
 * Session ids are no secrets.
 */
export class EndedSessionsStream {
  readonly #source: EndedSessions;
  readonly #streams = new Set<ServerResponse>();
  readonly #heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  #closing = false;

  constructor(source: EndedSessions) {
    this.#source = source;
  }

  get route(): RealmRoute {
    return {
      method: 'GET',
      path: '/events/ended-sessions',
      handle: (realm, _request, reply) => {
        if (this.#closing || this.#streams.size >= MAX_STREAMS) {
          throw new AuthError(
            'SERVICE_UNAVAILABLE',
            'This node takes no more event streams at present.',
          );
        }
        reply.hijack();
        this.#serve(realm, reply.raw);
      },
    };
  }

  /** Ends the streams: their readers go to another node. */
  close(): void {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    for (const stream of this.#streams) stream.end();
  }

  #serve(realm: Realm, stream: ServerResponse): void {
    stream.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const stop = this.#source.onEnded(realm, (sessionIds) =>
      write(stream, event('ended', { sessionIds })),
    );
    stream.once('close', () => {
      stop();
      this.#streams.delete(stream);
    });
    const retentionSeconds = SIGNING_SETTINGS.of(realm).accessTokenTtl + MARGIN_SECONDS;
    const sessionIds = this.#source.recent(realm);
    stream.write(event('snapshot', { retentionSeconds, sessionIds }));
    this.#streams.add(stream);
  }

  #beat(): void {
    for (const stream of this.#streams) write(stream, ': heartbeat\n\n');
  }
}

function write(stream: ServerResponse, text: string): void {
  if (stream.writableLength > MAX_BUFFERED_BYTES) stream.destroy();
  else stream.write(text);
}

function event(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
