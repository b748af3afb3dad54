import { EventEmitter } from 'node:events';
import type { Log } from '../../kernel/log.js';
import { type Bus, type BusMessage, envelopeFormat } from './bus.js';

/** A subscription that some server holds for us. */
export interface Wire {
  send(text: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a wire; calls `received` for each text and `lost` once when the wire breaks. Rejects when
 * it cannot be opened.
 */
export type OpenWire = (
  received: (text: string) => void,
  lost: (error: Error) => void,
) => Promise<Wire>;

const HEARTBEAT = 'heartbeat';
const HEARTBEAT_MS = 2_000;
/** A wire that is silent for this long is taken for dead, although its socket may look alive. */
const SILENCE_MS = 5_000;
const RECONNECT_MS = 500;

/** Keeps a wire open, notices when it is dead, and opens the next one. */
export class WireBus implements Bus {
  readonly #open: OpenWire;
  readonly #log: Log;
  readonly #format: ReturnType<typeof envelopeFormat>;
  readonly #messages = new EventEmitter<Record<string, [unknown]>>().setMaxListeners(0);
  readonly #connections = new EventEmitter<{ connected: [] }>().setMaxListeners(0);
  #wire: Wire | undefined;
  #lastHeard = 0;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;
  #saidDown = false;

  /** `keys`: what messages are signed with, newest first. */
  constructor(open: OpenWire, keys: readonly Buffer[], log: Log) {
    this.#open = open;
    this.#format = envelopeFormat(keys);
    this.#log = log;
    void this.#connect();
  }

  get connected(): boolean {
    return this.#wire !== undefined;
  }

  async publish<Content>(message: BusMessage<Content>, content: Content): Promise<void> {
    try {
      if (this.#wire === undefined) throw new Error('not connected');
      await this.#wire.send(this.#format.write({ type: message.type, content }));
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
    // A wire can break before it is open, and then there is no wire yet to speak of.
    let opened: Wire | undefined;
    let brokenEarly: Error | undefined;
    const lost = (error: Error) => {
      if (opened === undefined) brokenEarly = error;
      else this.#lost(opened, error);
    };
    try {
      const wire = await this.#open((text) => this.#received(text), lost);
      if (this.#closed || brokenEarly !== undefined) await wire.close();
      if (this.#closed) return;
      if (brokenEarly !== undefined) throw brokenEarly;
      opened = wire;
      this.#wire = wire;
      this.#lastHeard = performance.now();
      if (this.#saidDown) this.#log.info({}, 'The bus is connected again');
      this.#saidDown = false;
      this.#connections.emit('connected');
      this.#schedule(() => this.#beat(wire), HEARTBEAT_MS);
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

  #beat(wire: Wire): void {
    if (this.#wire !== wire) return;
    if (performance.now() - this.#lastHeard > SILENCE_MS) {
      this.#lost(wire, new Error('silent'));
      return;
    }
    wire.send(HEARTBEAT).catch((error: unknown) => this.#lost(wire, error));
    this.#schedule(() => this.#beat(wire), HEARTBEAT_MS);
  }

  #lost(wire: Wire, error: unknown): void {
    if (this.#wire !== wire || this.#closed) return;
    this.#wire = undefined;
    this.#sayDown(error);
    wire.close().catch(() => {}); // it is broken already
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
    await this.#wire?.close().catch(() => {}); // going away in any case
    this.#wire = undefined;
  }
}
