import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { TestProject } from 'vitest/node';
import { storageOf } from '../../src/app/storage.js';
import { openDatabase } from '../../src/platform/database/database.js';
import { applyMigrations } from '../../src/platform/database/migrations.js';

const RECURSIVELY = { recursive: true, force: true };

declare module 'vitest' {
  interface ProvidedContext {
    /**
     * A data directory with an embedded database that is migrated already; each service under test
     * gets a copy.
     */
    templateDataDir: string;
  }
}

/**
 * Creating and migrating an embedded database takes seconds, copying one a moment: do the first
 * once.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'authgraph-template-'));
  const database = await openDatabase(
    { storage: storageOf(), dataDir, poolSize: 1 },
    pino({ level: 'silent' }),
  );
  await applyMigrations(database);
  await database.close();
  // Databases to make others from, which nobody does; without them there is half to copy.
  for (const template of ['1', '4'])
    await rm(join(dataDir, 'postgres/base', template), RECURSIVELY);
  project.provide('templateDataDir', dataDir);
  return () => rm(dataDir, RECURSIVELY);
}
