import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/**
 * Thrown when another live process has the embedded database open: two writers would destroy it.
 */
export class DataDirInUse extends Error {
  override readonly name = 'DataDirInUse';
}

/** Those that this process has open. */
const OPEN = new Set<string>();

/** Takes the data directory. Returns the function that gives it back. */
export function lockDataDir(dataDir: string): () => void {
  const path = join(resolve(dataDir), 'lock');
  if (OPEN.has(path)) throw new DataDirInUse(`${dataDir} is open in this process already.`);
  if (!tryCreate(path)) {
    const owner = readOwner(path);
    if (owner !== undefined && owner !== process.pid && isAlive(owner)) {
      throw new DataDirInUse(
        `${dataDir} is open in another authgraph process (pid ${owner}). ` +
          'Stop it first, or set DATABASE_URL to share a PostgreSQL server.',
      );
    }
    rmSync(path, { force: true }); // its owner was killed
    if (!tryCreate(path))
      throw new DataDirInUse(`${dataDir} was just opened by another authgraph process.`);
  }
  OPEN.add(path);
  return () => {
    OPEN.delete(path);
    rmSync(path, { force: true });
  };
}

function tryCreate(path: string): boolean {
  try {
    writeFileSync(path, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    // node:fs errors are ErrnoExceptions
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(path: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(path, 'utf8'), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'; // alive, and somebody else's
  }
}
