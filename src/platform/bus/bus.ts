/** What the nodes of one service tell each other. A hint, never the only copy of anything. */
export type BusMessage =
  | {
      readonly type: 'sessions-ended';
      readonly realmId: string;
      readonly sessionIds: readonly string[];
    }
  | { readonly type: 'signing-keys-changed'; readonly realmId: string };

/** One channel that every node of the service hears. */
export interface Bus extends AsyncDisposable {
  /** False while messages from other nodes may be missed: ask the database then. */
  readonly connected: boolean;
  /** Tells the other nodes (and may tell this one). Never rejects: a lost message is logged and made good by reloads. */
  publish(message: BusMessage): Promise<void>;
  onMessage(listener: (message: BusMessage) => void): void;
  /** Called at each (re)connection, when what was missed has to be caught up on. */
  onConnected(listener: () => void): void;
}

export const BUS_CHANNEL = 'authgraph';

/** Reads a message from the wire; undefined when it is not one of ours. */
export function parseBusMessage(text: string): BusMessage | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return isBusMessage(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function isBusMessage(value: unknown): value is BusMessage {
  if (typeof value !== 'object' || value === null) return false;
  const { type, realmId, sessionIds } = value as Record<string, unknown>; // an object that is not null
  if (typeof realmId !== 'string') return false;
  if (type === 'signing-keys-changed') return true;
  return (
    type === 'sessions-ended' &&
    Array.isArray(sessionIds) &&
    sessionIds.every((id) => typeof id === 'string')
  );
}
