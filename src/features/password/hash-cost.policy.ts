/** How hard a hash of argon2 is to compute: memory in KiB, and passes over it. */
export interface HashCost {
  readonly memoryCost: number;
  readonly timeCost: number;
}

const PASSES = 2;
/** Argon2 takes no less a lane. */
const LEAST_MEMORY = 8;

/**
 * What to compute beside a cheaper hash, so that both together take as long as one of `usual`:
 * whose password was hashed when must not be seen by a clock. Undefined where nothing is missing.
 * Pure.
 */
export function topUp(used: HashCost, usual: HashCost): HashCost | undefined {
  const missing = usual.memoryCost * usual.timeCost - used.memoryCost * used.timeCost;
  const memoryCost = Math.round(missing / PASSES);
  return memoryCost < LEAST_MEMORY ? undefined : { memoryCost, timeCost: PASSES };
}
