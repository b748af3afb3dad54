import type { ServerResponse } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';
import type { Realm } from '../../kernel/realm.js';
import { isSameSecret } from '../../kernel/same-secret.js';
import { callerAddress } from '../../platform/http/caller-address.js';
import type { RealmRoute } from '../../platform/http/realm-route.js';
import { networkOf } from '../../platform/limits/network-of.js';
import type { EndedSessions, RecentEnd } from './ended-sessions.js';

const MAX_STREAMS = 1_000;
/** Many servers may share an address to the outside; one that opens streams in a loop may not. */
const MAX_STREAMS_A_NETWORK = 100;
const HEARTBEAT_MS = 2_000;
/** A reader that is this far behind is not reading. */
const MAX_BUFFERED_BYTES = 1024 * 1024;

export interface StreamOptions {
  readonly source: EndedSessions;
  /** A reader has to bring one of them. */
  readonly secrets: readonly string[];
  /** Without any secret: whether everybody may read, or nobody. */
  readonly openToAll: boolean;
}

/**
 * Server-sent events that let other servers refuse ended sessions at once: first what ended lately,
 * then each end as it happens, and a heartbeat by which a reader knows that it misses nothing. Who
 * may read it is a setting, so that strangers cannot take the places of those servers.
 */
export class EndedSessionsStream {
  readonly #options: StreamOptions;
  /** Each open stream, and the network that it goes to. */
  readonly #streams = new Map<ServerResponse, string>();
  readonly #heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
  #closing = false;

  constructor(options: StreamOptions) {
    this.#options = options;
  }

  get route(): RealmRoute {
    return {
      method: 'GET',
      path: '/events/ended-sessions',
      handle: (realm, request, reply) => {
        this.#refuseStranger(request);
        const network = networkOf(callerAddress(request));
        this.#refuseTooMany(network);
        reply.hijack();
        this.#serve(realm, reply.raw, network);
      },
    };
  }

  /** Ends the streams: their readers go to another node. */
  close(): void {
    this.#closing = true;
    clearInterval(this.#heartbeat);
    for (const stream of this.#streams.keys()) stream.end();
  }

  #refuseStranger({ headers: { authorization = '' } }: FastifyRequest): void {
    const { secrets, openToAll } = this.#options;
    if (secrets.length === 0) {
      if (openToAll) return;
      throw new AuthError(
        'FORBIDDEN',
        'The stream of ended sessions is off until AUTHGRAPH_REVOCATION_STREAM_SECRETS is set.',
      );
    }
    // All of them, so that the time does not tell which one it was.
    const matches = secrets.filter((secret) => isSameSecret(authorization, `Bearer ${secret}`));
    if (matches.length === 0)
      throw new AuthError(
        'UNAUTHENTICATED',
        'A secret of AUTHGRAPH_REVOCATION_STREAM_SECRETS is needed.',
      );
  }

  #refuseTooMany(network: string): void {
    const ofNetwork = [...this.#streams.values()].filter((each) => each === network).length;
    if (this.#closing || this.#streams.size >= MAX_STREAMS || ofNetwork >= MAX_STREAMS_A_NETWORK) {
      throw new AuthError(
        'SERVICE_UNAVAILABLE',
        'This node takes no more event streams from there at present.',
      );
    }
  }

  #serve(realm: Realm, stream: ServerResponse, network: string): void {
    const { source } = this.#options;
    stream.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    const stop = source.onEnded(realm, (ends) => write(stream, event('ended', ends)));
    stream.once('close', () => {
      stop();
      this.#streams.delete(stream);
    });
    stream.write(event('snapshot', source.recent(realm)));
    this.#streams.set(stream, network);
  }

  #beat(): void {
    for (const stream of this.#streams.keys()) write(stream, ': heartbeat\n\n');
  }
}

function write(stream: ServerResponse, text: string): void {
  if (stream.writableLength > MAX_BUFFERED_BYTES) stream.destroy();
  else stream.write(text);
}

/** Session ids are no secrets. With each: for how many seconds it has to be remembered. */
function event(name: string, ends: readonly RecentEnd[]): string {
  const data = { sessions: ends.map(({ id, seconds }) => [id, seconds]) };
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
