import { z } from 'zod';
import { parseDuration } from '../../kernel/duration.js';

/** How often something may happen: so many times within so many seconds. */
export interface Rate {
  readonly times: number;
  readonly seconds: number;
}

const MOST_TIMES = 1_000_000;
const LONGEST_SECONDS = 30 * 86_400;

/** A setting such as `10/15m`: ten times a quarter of an hour. */
export const rate: z.ZodType<Rate, string> = z.string().transform((text, context) => {
  const [, times = '', duration = ''] = /^(\d{1,7})\/(\d+[smhd])$/.exec(text) ?? [];
  const seconds = parseDuration(duration) ?? 0;
  const isRate = Number(times) >= 1 && Number(times) <= MOST_TIMES;
  if (isRate && seconds >= 1 && seconds <= LONGEST_SECONDS)
    return { times: Number(times), seconds };
  context.addIssue(
    'must be a number of times and a duration of 1s to 30d, such as 10/15m or 600/1m',
  );
  return z.NEVER;
});
