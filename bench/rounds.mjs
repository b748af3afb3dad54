/**
 * Measures several sides in turns (A B, B A, A B, …), so that whatever else the machine does hits
 * all of them alike.
 * @template {string} Name
 * @param {number} rounds
 * @param {Record<Name, () => Promise<number>>} sides
 * @param {(text: string) => void} progress
 * @returns {Promise<Record<Name, number[]>>}
 */
export async function takeTurns(rounds, sides, progress) {
  const names = /** @type {Name[]} */ (Object.keys(sides));
  const results = /** @type {Record<Name, number[]>} */ ({});
  for (const name of names) results[name] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) {
      const value = await sides[name]();
      results[name].push(value);
      progress(`round ${round + 1}/${rounds}: ${name} ${value.toPrecision(4)}`);
    }
  }
  return results;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (
    ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle) - 1] ?? Number.NaN)) / 2
  );
}

/**
 * How much of theirs ours is. Each round is compared with itself before the median is taken: what
 * slows the machine down for a while slows both sides of the same round.
 * @param {readonly number[]} ours @param {readonly number[]} theirs
 */
export function ratioOf(ours, theirs) {
  return median(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

/** The nearest-rank percentile. @param {readonly number[]} values @param {number} percent */
export function percentile(values, percent) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? Number.NaN;
}
