import { EventEmitter } from 'node:events';
import type { Log } from '../../kernel/log.js';
import { type Bus, type BusMessage, envelopeFormat } from './bus.js';

/** A subscription that some server holds for us. */
export interface Transport {
  send(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a transport; calls `received` for each text, and `lost` once when it breaks. Rejects when
 * it cannot be opened.
 */
export type OpenTransport = (
  received: (text: string) => void,
  lost: (error: Error) => void,
) => Promise<Transport>;

const HEARTBEAT = 'heartbeat';
const HEARTBEAT_MS = 2_000;
/** A transport that is silent for this long counts as broken, even if its socket looks open. */
const SILENCE_MS = 5_000;
const RECONNECT_MS = 500;

/** A bus over a server: keeps a transport open, notices when it is broken, and opens the next. */
export class RemoteBus implements Bus {
  readonly #open: OpenTransport;
  readonly #log: Log;
  readonly #format: ReturnType<typeof envelopeFormat>;
  readonly #messages = new EventEmitter<Record<string, [unknown]>>().setMaxListeners(0);
  readonly #connections = new EventEmitter<{ connected: [] }>().setMaxListeners(0);
  /** The first attempt to open a transport; it settles whether or not it succeeds. */
  #opening: Promise<void> | undefined;
  #transport: Transport | undefined;
  #lastHeard = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #saidDown = false;

  /** `keys`: what messages are signed with, newest first. */
  constructor(open: OpenTransport, keys: readonly Buffer[], log: Log) {
    this.#open = open;
    this.#format = envelopeFormat(keys);
    this.#log = log;
  }

  get connected(): boolean {
    return this.#transport !== undefined;
  }

  listen(): void {
    this.#opening ??= this.#connect();
  }

  async publish<Content>(message: BusMessage<Content>, content: Content): Promise<void> {
    this.listen();
    await this.#opening;
    try {
      if (this.#transport === undefined) throw new Error('not connected');
      await this.#transport.send(this.#format.write({ type: message.type, content }));
    } catch (error) {
      this.#log.warn(
        { type: message.type, reason: String(error) },
        'The bus did not take a message; other nodes will find out when they reload',
      );
    }
  }

  on<Content>({ type, schema }: BusMessage<Content>, listener: (content: Content) => void): void {
    this.#messages.on(type, (content) => {
      const { success, data } = schema.safeParse(content);
      if (success) listener(data); // else a newer version sent it
    });
  }

  onConnected(listener: () => void): void {
    this.#connections.on('connected', listener);
    if (this.connected) listener();
  }

  async #connect(): Promise<void> {
    if (this.#closed) return;
    // A transport can break before it is open: `lost` is then called before there is one to close.
    let opened: Transport | undefined;
    let brokenEarly: Error | undefined;
    const lost = (error: Error) => {
      if (opened === undefined) brokenEarly = error;
      else this.#lost(opened, error);
    };
    try {
      const transport = await this.#open((text) => this.#received(text), lost);
      if (this.#closed || brokenEarly !== undefined) await transport.close();
      if (this.#closed) return;
      if (brokenEarly !== undefined) throw brokenEarly;
      opened = transport;
      this.#transport = transport;
      this.#lastHeard = performance.now();
      if (this.#saidDown) this.#log.info({}, 'The bus is connected again');
      this.#saidDown = false;
      this.#connections.emit('connected');
      this.#schedule(() => this.#beat(transport), HEARTBEAT_MS);
    } catch (error) {
      this.#sayDown(error);
      this.#schedule(() => this.#connect(), RECONNECT_MS);
    }
  }

  #received(text: string): void {
    this.#lastHeard = performance.now();
    const message = this.#format.read(text);
    if (message !== undefined) this.#messages.emit(message.type, message.content);
  }

  #beat(transport: Transport): void {
    if (this.#transport !== transport) return;
    if (performance.now() - this.#lastHeard > SILENCE_MS) {
      this.#lost(transport, new Error('silent'));
      return;
    }
    transport.send(HEARTBEAT).catch((error: unknown) => this.#lost(transport, error));
    this.#schedule(() => this.#beat(transport), HEARTBEAT_MS);
  }

  #lost(transport: Transport, error: unknown): void {
    if (this.#transport !== transport || this.#closed) return;
    this.#transport = undefined;
    this.#sayDown(error);
    transport.close().catch(() => {}); // it is broken already
    this.#schedule(() => this.#connect(), RECONNECT_MS);
  }

  #sayDown(error: unknown): void {
    if (!this.#saidDown)
      this.#log.warn(
        { reason: String(error) },
        'The bus is down; asking the database about ended sessions meanwhile',
      );
    this.#saidDown = true;
  }

  #schedule(step: () => unknown, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(step, ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    // What still arrives would only start work that nobody waits for.
    this.#messages.removeAllListeners();
    this.#connections.removeAllListeners();
    await this.#transport?.close().catch(() => {}); // going away in any case
    this.#transport = undefined;
  }
}
