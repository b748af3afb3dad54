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
