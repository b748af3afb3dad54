import { cpSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { inject } from 'vitest';
import { parseConfig } from '../../src/app/config.js';
import { type App, startApp } from '../../src/app/serve.js';
import type { Clock } from '../../src/kernel/clock.js';
import type { Feature } from '../../src/platform/feature.js';
import type { HookFunctions } from '../../src/platform/hooks/hook-functions.js';
import { createLog } from '../../src/platform/log/log.js';
import { graphqlClient, type Send } from './graphql-client.js';

export const TEST_SECRET = 'q9Jb0LrWm2ZtYx4Vh7Nc5Kd8Fs1Gp3Ue6Ra';

/** The service in this process, behind a real socket, on an embedded database of its own. */
export interface TestService extends AsyncDisposable {
  readonly app: App;
  readonly url: string;
  readonly send: Send;
  /** What was logged so far, one JSON object a line. */
  readonly logged: () => string;
  /** SQL against its database. `?` stands for a parameter. */
  readonly sql: <Row = Record<string, unknown>>(
    query: string,
    parameters?: unknown[],
  ) => Promise<Row[]>;
}

export interface TestServiceOptions {
  readonly env?: Record<string, string>;
  readonly clock?: Clock;
  /** An existing data directory, kept afterwards; else a fresh copy of the migrated template. */
  readonly dataDir?: string;
  /** All of them unless given. */
  readonly features?: readonly Feature[];
  readonly hooks?: HookFunctions;
}

export async function startService({
  env = {},
  clock,
  dataDir,
  features,
  hooks = {},
}: TestServiceOptions = {}): Promise<TestService> {
  const ownDir = dataDir === undefined ? await copyTemplate() : undefined;
  const config = parseConfig({
    PORT: '0',
    AUTHGRAPH_SECRET: TEST_SECRET,
    AUTHGRAPH_LIMITS: 'off', // tests of the limits turn them on
    AUTHGRAPH_ISSUER: 'http://localhost:4000',
    AUTHGRAPH_DATA_DIR: dataDir ?? ownDir,
    ...env,
  });
  const destination = new PassThrough();
  const lines: string[] = [];
  destination.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  const log = createLog('debug', destination);
  const app = await startApp({
    config,
    secrets: config.secrets,
    log,
    hooks,
    ...(clock ? { clock } : {}),
    ...(features ? { features } : {}),
  });
  await app.firstAttempt;
  return {
    app,
    url: app.url,
    send: graphqlClient(app.url),
    logged: () => lines.join(''),
    sql: (query, parameters = []) => app.platform.database.em().execute(query, parameters),
    async [Symbol.asyncDispose]() {
      await app.stop();
      if (ownDir !== undefined) await rm(ownDir, { recursive: true, force: true });
    },
  };
}

/** A fresh data directory with a migrated embedded database. The caller removes it. */
export async function copyTemplate(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'authgraph-test-'));
  cpSync(inject('templateDataDir'), dataDir, { recursive: true });
  return dataDir;
}
