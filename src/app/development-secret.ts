import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Randomness } from '../kernel/randomness.js';

const SECRET_BYTES = 32;

/**
 * The secret of a development machine: made once, kept beside the embedded database, readable by
 * its owner alone.
 */
export function developmentSecret(dataDir: string, randomness: Randomness): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const path = join(dataDir, 'secret');
  try {
    writeFileSync(path, randomness(SECRET_BYTES).toString('base64'), { flag: 'wx', mode: 0o600 });
  } catch (error) {
    // node:fs errors are ErrnoExceptions
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(path, 'utf8');
}
