export interface EndedSessionsStreamOptions {
  /** authgraph's public URL. */
  readonly issuer: string;
  /** Replaces the global `fetch`, for a proxy or a test. */
  readonly fetch?: typeof fetch;
  /** Called when the stream breaks (with the reason) and is opened again in the background. */
  readonly onDisconnected?: (reason: unknown) => void;
}

/** Session ends as they happen. Close it when the server stops. */
export interface EndedSessionsStream extends Disposable {
  /**
   * True when the session was ended. Give it to `createRequestVerifier` or `sessionContext` as
   * `isEnded`.
   */
  readonly isEnded: (sessionId: string) => boolean;
  /**
   * False while ends may be missed. Tokens of sessions that end meanwhile are then accepted until
   * they expire.
   */
  readonly connected: boolean;
}

/** The service says something every two seconds; a stream that is silent for this long is dead. */
const SILENCE_MS = 6_000;
const RECONNECT_MS = 1_000;

/**
 * Listens to authgraph's `/events/ended-sessions`, so that a session that was ended is refused
 * within a second instead of when its access token expires.
 */
export function listenForEndedSessions(options: EndedSessionsStreamOptions): EndedSessionsStream {
  const url = `${options.issuer}/events/ended-sessions`;
  const send = options.fetch ?? fetch;
  const forgetAt = new Map<string, number>();
  const closing = new AbortController();
  let retentionMs = 24 * 60 * 60_000; // until the service has said how long its tokens live
  let connected = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  void connect();
  return {
    isEnded: (sessionId) => forgetAt.has(sessionId),
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
      options.onDisconnected?.(reason);
      timer = setTimeout(connect, RECONNECT_MS);
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
        headers: { accept: 'text/event-stream' },
      });
      if (!response.ok || response.body === null)
        throw new Error(`${url} answered ${response.status}`);
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
    const message: { retentionSeconds?: number; sessionIds: string[] } = JSON.parse(data);
    if (message.retentionSeconds !== undefined) {
      retentionMs = message.retentionSeconds * 1_000;
      connected = true;
    }
    for (const id of message.sessionIds) forgetAt.set(id, Date.now() + retentionMs);
  }

  function forget(): void {
    const now = Date.now();
    for (const [id, at] of forgetAt) if (at <= now) forgetAt.delete(id);
  }
}
