/**
 * SQLSTATEs that mean "not now" rather than "wrong": connection, log-in, resources, operator
 * intervention, a server that only reads (a standby, in the middle of a failover) and a database
 * that is not there.
 */
const UNAVAILABLE_SQLSTATE = /^(08|28|53|57)|^(25006|3D000)$/;
const UNDEFINED_TABLE = '42P01';
const UNIQUE_VIOLATION = '23505';

const NETWORK_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
]);

/**
 * What `pg` reports without a code: a pool or query that ran out of time, a connection that was
 * cut.
 */
const UNCODED =
  /timeout|Connection terminated|Client has encountered a connection error|not queryable/i;

/** True when a failure says that the database cannot be asked at present (or has no schema yet). */
export function isDatabaseUnavailable(error: unknown): boolean {
  return causes(error).some(({ code, message }) =>
    code === undefined
      ? UNCODED.test(message)
      : NETWORK_CODES.has(code) || UNAVAILABLE_SQLSTATE.test(code) || code === UNDEFINED_TABLE,
  );
}

/** True when a statement failed on the unique constraint of that name. */
export function violatesUnique(error: unknown, constraint: string): boolean {
  return causes(error).some(
    (cause) => cause.code === UNIQUE_VIOLATION && cause.constraint === constraint,
  );
}

/** SQLSTATE classes whose messages quote the data. */
const QUOTES_DATA = /^2[23]/;

/**
 * A failure in words that may be logged. MikroORM puts the whole statement with its parameters into
 * its messages, hashes and addresses included; this keeps what the server or the socket said, and
 * of data errors only the code.
 */
export function safeReason(error: unknown): string {
  const root = causes(error).at(-1);
  if (root === undefined) return typeof error;
  if (root.code === undefined) return root.message;
  return QUOTES_DATA.test(root.code)
    ? `SQLSTATE ${root.code} ${root.constraint ?? ''}`.trimEnd()
    : `${root.code}: ${root.message}`;
}

interface Failure {
  readonly code?: string;
  readonly constraint?: string;
  readonly message: string;
}

/** The error, what caused it, and what each of several attempts reported. */
function causes(error: unknown, depth = 0): Failure[] {
  if (!(error instanceof Error) || depth > 5) return [];
  // pg's and MikroORM's extra fields
  const { code, constraint, previous, errors } = error as Error & Record<string, unknown>;
  const own: Failure = {
    message: error.message,
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
  };
  const nested = [error.cause, previous, ...(Array.isArray(errors) ? errors : [])];
  return [own, ...nested.flatMap((cause) => causes(cause, depth + 1))];
}
