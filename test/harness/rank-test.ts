/**
 * `npm run test:timing` looks closer than CI does. A quick run only looks whether the answers are
 * the same: few samples show nothing of the time.
 */
const isLong = process.env.TIMING === 'long';

/** How often each of two things is timed, */
export const TIMED_SAMPLES = isLong ? 200 : process.env.CI ? 40 : 1;
/** and how often it is done before that, since the first times are like no others. */
export const UNTIMED_SAMPLES = TIMED_SAMPLES === 1 ? 1 : 2;
export const TIMED_TEST_MS = isLong ? 1_200_000 : 60_000;

/**
 * The Mann-Whitney U test as a z score: how far two samples are from coming out of one
 * distribution. It looks at ranks only, so a single slow sample says nothing. Beyond 4 or so either
 * way, chance is no explanation.
 */
export function rankDifference(left: readonly number[], right: readonly number[]): number {
  const pooled = [
    ...left.map((value) => ({ value, isLeft: true })),
    ...right.map((value) => ({ value, isLeft: false })),
  ];
  pooled.sort((a, b) => a.value - b.value);
  const rankSum = pooled.reduce((sum, { isLeft }, index) => sum + (isLeft ? index + 1 : 0), 0);
  const u = rankSum - (left.length * (left.length + 1)) / 2;
  const mean = (left.length * right.length) / 2;
  const deviation = Math.sqrt((left.length * right.length * (left.length + right.length + 1)) / 12);
  return (u - mean) / deviation;
}

/** The same, said on standard error by the long form. */
export function reportedDifference(
  what: string,
  left: readonly number[],
  right: readonly number[],
): number {
  const z = rankDifference(left, right);
  const count = `${left.length} and ${right.length} samples`;
  if (isLong) process.stderr.write(`${what}: z = ${z.toFixed(2)} over ${count}\n`);
  return z;
}
