import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { systemRandomness } from '../kernel/randomness.js';
import { developmentSecret } from './development-secret.js';

it('makes the development secret once, of 256 bits, for its owner alone (requirement 9)', () => {
  const parent = mkdtempSync(join(tmpdir(), 'authgraph-secret-'));
  const dataDir = join(parent, 'data');
  try {
    const secret = developmentSecret(dataDir, systemRandomness);
    expect(Buffer.from(secret, 'base64')).toHaveLength(32);
    expect(statSync(join(dataDir, 'secret')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    expect(developmentSecret(dataDir, systemRandomness)).toBe(secret);
  } finally {
    rmSync(parent, { recursive: true });
  }
});
