import { createHmac, timingSafeEqual } from 'node:crypto';
import type { z } from 'zod';

/** A kind of message between the nodes of one service. A hint, never the only copy of anything. */
export interface BusMessage<Content> {
  readonly type: string;
  readonly schema: z.ZodType<Content>;
}

export function busMessage<Content>(type: string, schema: z.ZodType<Content>): BusMessage<Content> {
  return { type, schema };
}

/** One channel that every node of the service hears. */
export interface Bus extends AsyncDisposable {
  /** False while messages from other nodes may be missed: ask the database then. */
  readonly connected: boolean;
  /** Hears the other nodes from now on. Commands do not need to: they only tell. */
  listen(): void;
  /**
   * Tells the other nodes (and may tell this one). Never rejects: a lost message is logged, and
   * made good by reloads.
   */
  publish<Content>(message: BusMessage<Content>, content: Content): Promise<void>;
  on<Content>(message: BusMessage<Content>, listener: (content: Content) => void): void;
  /** Called at each (re)connection, when what was missed has to be caught up on. */
  onConnected(listener: () => void): void;
}

export const BUS_CHANNEL = 'authgraph';
const MAC_LENGTH = 43;

/** A message as it travels. Only who has the key can make one that is taken. */
export interface Envelope {
  readonly type: string;
  readonly content: unknown;
}

/** `keys`: newest first; the newest signs, all of them are taken. */
export function envelopeFormat(keys: readonly Buffer[]) {
  const macOf = (key: Buffer, body: string) =>
    createHmac('sha256', key).update(body).digest('base64url');
  const [newest] = keys;
  if (newest === undefined) throw new Error('the bus needs a key');
  return {
    write(envelope: Envelope): string {
      const body = JSON.stringify(envelope);
      return macOf(newest, body) + body;
    },
    /** Undefined when it is not from a node of this service. Never throws. */
    read(text: string): Envelope | undefined {
      const [mac, body] = [text.slice(0, MAC_LENGTH), text.slice(MAC_LENGTH)];
      if (!keys.some((key) => isSame(mac, macOf(key, body)))) return undefined;
      return JSON.parse(body) as Envelope; // the MAC proves that `write` made it
    },
  };
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
