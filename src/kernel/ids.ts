import { parse, stringify, v7, validate } from 'uuid';
import type { Clock } from './clock.js';
import type { Randomness } from './randomness.js';

/** Makes a new UUIDv7 (RFC 9562): sortable by time, and no secret. */
export type NewId = () => string;

/** What was made later sorts later, within a millisecond too. */
export function idsFrom(clock: Clock, randomness: Randomness): NewId {
  let last = { msecs: Number.NaN, seq: 0 };
  return () => {
    const msecs = clock.now().getTime();
    const random = Buffer.from(randomness(16));
    // Half of what the field holds, so that there is room to count on.
    const seq = msecs === last.msecs ? last.seq + 1 : random.readUInt32BE() >>> 1;
    last = { msecs, seq };
    return v7({ msecs, seq, random });
  };
}

/** The smallest id that can be made at that time: everything older has a smaller one. */
export function firstIdAt(time: Date): string {
  const milliseconds = Math.max(0, time.getTime()).toString(16).padStart(12, '0');
  return `${milliseconds.slice(0, 8)}-${milliseconds.slice(8)}-7000-8000-000000000000`;
}

/**
 * True for a UUID in its canonical text form, which is all that PostgreSQL should be asked about.
 */
export function isId(text: string): boolean {
  return validate(text);
}

export function idToBytes(id: string): Uint8Array {
  return parse(id);
}

/** The reverse of `idToBytes`; throws a TypeError when the bytes are no UUID. */
export function idFromBytes(bytes: Uint8Array): string {
  return stringify(bytes);
}
