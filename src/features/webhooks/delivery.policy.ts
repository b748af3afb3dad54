/** The longest that a failing receiver is left alone. */
const LONGEST_REST_MS = 60_000;
const GONE = 410;

/** How it went with a receiver lately. */
export interface Failures {
  readonly failingSince: Date | null;
  readonly failedAt: Date | null;
}

/**
 * True while a failing receiver is left alone, for as long as it has been failing, up to a minute:
 * all that waits for it must not keep the deliveries to others waiting. Pure.
 */
export function isResting({ failingSince, failedAt }: Failures, now: Date): boolean {
  if (failingSince === null || failedAt === null) return false;
  const rest = Math.min(failedAt.getTime() - failingSince.getTime(), LONGEST_REST_MS);
  return now.getTime() < failedAt.getTime() + rest;
}

/** True for an answer that says that the message was taken (Standard Webhooks: 2xx). Pure. */
export function isTaken(status: number): boolean {
  return status >= 200 && status < 300;
}

/** Whether a webhook is told no more after a failure. Pure. */
export function givesUp(
  status: number | undefined,
  failingSince: Date,
  now: Date,
  giveUpSeconds: number,
): boolean {
  return status === GONE || now.getTime() - failingSince.getTime() >= giveUpSeconds * 1_000;
}
