import { randomBytes } from 'node:crypto';

/** A source of `size` unpredictable bytes (a CSPRNG; ASVS 7.2.3). */
export type Randomness = (size: number) => Buffer;

export const systemRandomness: Randomness = (size) => randomBytes(size);
