import { reasonOf } from '../token/reason-of.js';
import type { Mismatch, TokenError, TokenErrorCode } from '../token/token-error.js';

/** A request that did not get what it asked for, and why. It never holds the token. */
export interface DeniedRequest {
  readonly reason: TokenErrorCode | 'TOKEN_MISSING' | 'SCOPE_MISSING' | 'HEADER_REPEATED';
  /** What the client is told. */
  readonly message: string;
  /** What was expected and what came, where one value is to blame. */
  readonly mismatch?: Mismatch | undefined;
  /** What lies behind it, such as the failure to fetch the keys. */
  readonly cause?: unknown;
  /** How far the issuer's clock was ahead of this machine's; absent when that is not known. */
  readonly clockOffsetMs?: number | undefined;
}

export type OnDenied = (denied: DeniedRequest) => void;

/** Honest clients cause these all the time. */
const EVERYDAY: ReadonlySet<DeniedRequest['reason']> = new Set([
  'TOKEN_MISSING',
  'TOKEN_REVOKED',
  'SCOPE_MISSING',
]);
const AGAIN_MS = 60 * 60_000;
/** Access tokens live for minutes: a clock that is off by this much refuses good ones. */
const WRONG_CLOCK_SECONDS = 10;

/**
 * Warns of what most likely is a wrong setting: once an hour for each cause, however many requests
 * meet it, with what was expected and what came.
 */
export function warnOncePerCause(
  // biome-ignore lint/suspicious/noConsole: the one place that every runtime has for a warning
  warn: (text: string) => void = (text) => console.warn(text),
  now: () => number = Date.now,
): OnDenied {
  const warnedAt = new Map<string, number>();
  return (denied) => {
    const text = warningOf(denied);
    if (text === undefined) return;
    const cause = `${denied.reason} ${denied.mismatch?.claim}`; // never a value: those are endless
    if (now() < (warnedAt.get(cause) ?? Number.NEGATIVE_INFINITY) + AGAIN_MS) return;
    warnedAt.set(cause, now());
    warn(`authgraph: ${text}`);
  };
}

function warningOf(denied: DeniedRequest): string | undefined {
  const { reason, message, mismatch, cause, clockOffsetMs = 0 } = denied;
  if (EVERYDAY.has(reason)) return undefined;
  const apart = Math.round(Math.abs(clockOffsetMs) / 1_000);
  const clock =
    apart < WRONG_CLOCK_SECONDS ? '' : ` The clocks here and at the issuer differ by ${apart} s.`;
  if (reason === 'TOKEN_EXPIRED' && clock === '') return undefined;
  if (mismatch !== undefined) {
    const { claim, expected, actual } = mismatch;
    // As JSON: a value that somebody sent must not make a second line of the log.
    const [is, should] = [JSON.stringify(actual), JSON.stringify(expected)];
    return `${reason}: ${claim} is ${is}, expected ${should}.${clock}`;
  }
  return reason === 'VERIFICATION_UNAVAILABLE'
    ? `${reason}: ${message} ${reasonOf(cause)}`
    : undefined;
}

export function deniedBy({ code, message, mismatch, cause }: TokenError): DeniedRequest {
  return { reason: code, message, mismatch, cause };
}
