import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirInUse, lockDataDir } from './data-dir-lock.js';

describe('lockDataDir', () => {
  let dataDir: string;
  let lock: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'authgraph-lock-'));
    lock = join(dataDir, 'lock');
  });
  afterEach(() => rmSync(dataDir, { recursive: true }));

  it('writes the owner down, and gives the directory back', () => {
    const unlock = lockDataDir(dataDir);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
    unlock();
    expect(existsSync(lock)).toBe(false);
  });

  it('refuses a directory whose owner is alive, and names it', () => {
    writeFileSync(lock, String(process.ppid));
    expect(() => lockDataDir(dataDir)).toThrow(DataDirInUse);
    expect(() => lockDataDir(dataDir)).toThrow(`pid ${process.ppid}`);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.ppid));
  });

  it('refuses a directory that this process has open, by whatever name', () => {
    const unlock = lockDataDir(dataDir);
    expect(() => lockDataDir(`${dataDir}/../${basename(dataDir)}`)).toThrow('in this process');
    unlock();
    lockDataDir(dataDir)();
  });

  it.each([
    ['was killed', '4194305'],
    ['never wrote its number', ''],
  ])('takes over from an owner that %s', (_what, owner) => {
    writeFileSync(lock, owner);
    lockDataDir(dataDir);
    expect(readFileSync(lock, 'utf8')).toBe(String(process.pid));
  });
});
