/** Where pg-boss keeps its tables. */
export const JOBS_SCHEMA = 'authgraph_jobs';

/** A kind of work that is done later, at least once, and again until it succeeds. */
export interface JobType<Payload extends object = object> {
  /** Such as `mail.send`. */
  readonly name: string;
  /** One line for administrators. */
  readonly about: string;
  /** How often it is tried again before an administrator has to look at it. */
  readonly retries: number;
  /** A run that takes longer counts as failed: its node may be gone. */
  readonly longestSeconds: number;
  /** Sent by itself once in so many seconds, however many nodes there are. */
  readonly everySeconds: number | undefined;
  /** Carries the type of the payload, and is never there. */
  readonly payload?: Payload;
}

export interface JobTypeOptions {
  readonly retries?: number;
  readonly longestSeconds?: number;
  readonly everySeconds?: number;
}

/** With waits that double up to five minutes, this many retries take about a day. */
const RETRIES_OF_A_DAY = 290;

/** The payload is JSON, and is sealed while it waits. */
export function jobType<Payload extends object = Record<never, never>>(
  name: string,
  about: string,
  { retries = RETRIES_OF_A_DAY, longestSeconds = 60, everySeconds }: JobTypeOptions = {},
): JobType<Payload> {
  return { name, about, retries, longestSeconds, everySeconds };
}
