import { checkIssuer, wrongOption } from './check-issuer.js';
import { reasonOf } from './reason-of.js';

export interface EndedSessionsStreamOptions {
  /** authgraph's public URL. */
  readonly issuer: string;
  /** One of AUTHGRAPH_REVOCATION_STREAM_SECRETS, which a service in production asks for. */
  readonly secret?: string;
  /**
   * What `isEnded` does while ends may be missed. `trust`, unless given: tokens of sessions that
   * end meanwhile are accepted until they expire. `refuse`: it throws, and every request is
   * answered 503.
   */
  readonly whenBlind?: 'trust' | 'refuse';
  /** Replaces the global `fetch`, for a proxy or a test. */
  readonly fetch?: typeof fetch;
  /**
   * Called once for each time that the stream is lost, or cannot be opened at first. A warning
   * unless given. It is opened again in the background.
   */
  readonly onDisconnected?: (reason: unknown) => void;
}

/** Session ends as they happen. Close it when the server stops. */
export interface EndedSessionsStream extends Disposable {
  /**
   * True when the session was ended. Give it to `authgraph()`, `createRequestVerifier` or
   * `sessionContext` as `isEnded`.
   */
  readonly isEnded: (sessionId: string) => boolean;
  /** False while ends may be missed. */
  readonly connected: boolean;
}

/** The service says something every two seconds; a stream that is silent for this long is dead. */
const SILENCE_MS = 6_000;
const RECONNECT_MS = 1_000;
/** Most losses are short; a service that is down is not asked every second. */
const LONGEST_RECONNECT_MS = 15_000;

/**
 * Listens to authgraph's `/events/ended-sessions`, so that a session that was ended is refused
 * within a second instead of when its access token expires.
 *
 * @example
 * ```ts
 * import { createRequestVerifier, listenForEndedSessions } from '@authgraph/sdk';
 *
 * const issuer = 'https://auth.example.com';
 * const { isEnded } = listenForEndedSessions({ issuer });
 * export const verifyRequest = createRequestVerifier({ issuer, audience: issuer, isEnded });
 * ```
 */
export function listenForEndedSessions(options: EndedSessionsStreamOptions): EndedSessionsStream {
  checkOptions(options);
  const { issuer, secret, whenBlind = 'trust', onDisconnected = warnOfLoss } = options;
  const url = `${issuer}/events/ended-sessions`;
  const send = options.fetch ?? fetch;
  const forgetAt = new Map<string, number>();
  const closing = new AbortController();
  let connected = false;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  void connect();

  return {
    isEnded: (sessionId) => {
      if (forgetAt.has(sessionId)) return true;
      if (connected || whenBlind === 'trust') return false;
      throw new Error(`${url} cannot be read: nobody knows which sessions have ended`);
    },
    get connected() {
      return connected;
    },
    [Symbol.dispose]() {
      clearTimeout(timer);
      closing.abort();
    },
  };

  async function connect(): Promise<void> {
    try {
      await listen();
      throw new Error('the stream ended');
    } catch (reason) {
      connected = false;
      if (closing.signal.aborted) return;
      if (failures === 0) onDisconnected(reason);
      timer = setTimeout(connect, Math.min(LONGEST_RECONNECT_MS, RECONNECT_MS * 2 ** failures));
      failures += 1;
    }
  }

  async function listen(): Promise<void> {
    const silence = new AbortController();
    let watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const signal = AbortSignal.any([closing.signal, silence.signal]);
      const response = await send(url, {
        signal,
        redirect: 'error',
        headers: {
          accept: 'text/event-stream',
          ...(secret === undefined ? {} : { authorization: `Bearer ${secret}` }),
        },
      });
      if (!response.ok || response.body === null) {
        await response.body?.cancel();
        throw new Error(`${url} answered ${response.status}`);
      }
      let rest = '';
      const decoder = new TextDecoder();
      for await (const chunk of response.body) {
        clearTimeout(watchdog);
        watchdog = setTimeout(() => silence.abort(), SILENCE_MS);
        const blocks = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) receive(block);
      }
    } finally {
      clearTimeout(watchdog);
    }
  }

  function receive(block: string): void {
    const data = /^data: (.*)$/m.exec(block)?.[1];
    if (data === undefined) {
      forget(); // it is a heartbeat
      return;
    }
    const { sessions }: { sessions: [id: string, seconds: number][] } = JSON.parse(data);
    for (const [id, seconds] of sessions) forgetAt.set(id, Date.now() + seconds * 1_000);
    if (!block.startsWith('event: snapshot')) return;
    connected = true;
    failures = 0;
  }

  function forget(): void {
    const now = Date.now();
    for (const [id, at] of forgetAt) if (at <= now) forgetAt.delete(id);
  }
}

function warnOfLoss(reason: unknown): void {
  // biome-ignore lint/suspicious/noConsole: the one place that every runtime has for a warning
  console.warn(
    `authgraph: the stream of ended sessions is lost, and opened again: ${reasonOf(reason)}`,
  );
}

/** Throws a TypeError that names the option. */
function checkOptions({ issuer, secret, whenBlind }: EndedSessionsStreamOptions): void {
  checkIssuer(issuer);
  if (secret !== undefined && (typeof secret !== 'string' || secret === ''))
    throw new TypeError('authgraph: the option "secret" is a text that is not empty.');
  if (whenBlind !== undefined && whenBlind !== 'trust' && whenBlind !== 'refuse')
    throw wrongOption('whenBlind', 'is "trust" or "refuse"', whenBlind);
}
