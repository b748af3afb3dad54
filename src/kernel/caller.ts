/** Who asks, from where, and for what. Shown in a list of sessions, and audited. */
export interface Caller {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  /** The language that they want answers in, as a tag such as `de-CH`. */
  readonly language: string | null;
  /** The signed-in user who acts; null for somebody anonymous and for an operator. */
  readonly actorId: string | null;
  /** What was asked for: fields of the graph, an endpoint, a command. Never the caller's text. */
  readonly operation: string | null;
  /**
   * The key that they proved to hold (RFC 9449), as its RFC 7638 thumbprint: a session that they
   * open is bound to it.
   */
  readonly proofKey?: string | null;
  readonly via: 'graphql' | 'supertokens' | 'command-line' | 'schedule';
  /** Aborts when nobody waits for the answer any more. */
  readonly gone?: AbortSignal;
}

/** An operator at the command line. `command` is what they ran, such as `users create`. */
export function operator(command: string): Caller {
  return {
    ipAddress: null,
    userAgent: null,
    language: null,
    actorId: null,
    operation: command,
    via: 'command-line',
  };
}

/** Nobody: the service itself, because it was time. `operation` is what it does. */
export function schedule(operation: string): Caller {
  return { ...operator(operation), via: 'schedule' };
}
