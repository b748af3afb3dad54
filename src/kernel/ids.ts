import { parse, stringify, v7, validate } from 'uuid';
import type { Clock } from './clock.js';
import type { Randomness } from './randomness.js';

/** Makes a new UUIDv7 (RFC 9562): sortable by time, and no secret. */
export type NewId = () => string;

export function idsFrom(clock: Clock, randomness: Randomness): NewId {
  return () => v7({ msecs: clock.now().getTime(), random: randomness(16) });
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
