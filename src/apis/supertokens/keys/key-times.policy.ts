import type { CoreConfig } from '../apps/core-config.js';

/** When a dynamic key signs and for how long it verifies. Milliseconds. */
export interface KeyTimes {
  readonly interval: number;
  readonly overlap: number;
  readonly accessToken: number;
}

interface DatedKey {
  readonly createdAt: Date;
}

const MINUTE_MS = 60_000;

export function keyTimesOf({ keyIntervalMs: interval, accessTokenMs }: CoreConfig): KeyTimes {
  const overlap = interval < MINUTE_MS ? interval / 5 : MINUTE_MS;
  return { interval, overlap, accessToken: accessTokenMs };
}

/** When the one after the newest has to be published: verifiers get a while to learn of it. */
export function nextKeyDueAt(
  newest: DatedKey | undefined,
  { interval, overlap }: KeyTimes,
): number {
  return newest === undefined ? -Infinity : newest.createdAt.getTime() + interval - overlap;
}

/** Those that are published and verify, of keys that are given newest first. */
export function verifyingKeys<Key extends DatedKey>(
  keys: readonly Key[],
  { interval, accessToken }: KeyTimes,
  now: number,
): Key[] {
  return keys.filter(({ createdAt }) => createdAt.getTime() + interval + 2 * accessToken > now);
}

/** The newest signs, unless it is so new that verifiers may not know it and the one before may. */
export function signingKeyOf<Key extends DatedKey>(
  [newest, before]: readonly Key[],
  { interval, overlap }: KeyTimes,
  now: number,
): Key | undefined {
  const ageOf = ({ createdAt }: Key) => now - createdAt.getTime();
  const isFresh = newest !== undefined && ageOf(newest) < overlap;
  return isFresh && before !== undefined && ageOf(before) < interval ? before : newest;
}
