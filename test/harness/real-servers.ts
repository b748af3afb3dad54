import { randomBytes } from 'node:crypto';
import { relative } from 'node:path';
import { describe, expect } from 'vitest';
import {
  findPrograms,
  type OwnServer,
  type Programs,
  startPostgres,
  startRedis,
} from './servers.js';

/** A PostgreSQL and a Redis that tests may fill, but not stop: others may be using them. */
export interface SharedServers extends AsyncDisposable {
  readonly databaseUrl: string;
  readonly redisUrl: string;
}

/** Starts servers that a suite may stop, kill and freeze. */
export interface ServerPrograms {
  postgres(): Promise<OwnServer>;
  redis(): Promise<OwnServer>;
}

const { TEST_DATABASE_URL, TEST_REDIS_URL, CI } = process.env;
const POSTGRES = findPrograms('postgres');
const REDIS = findPrograms('redis-server');
/** Real servers make the tests minutes longer, so whoever just runs `npm test` is spared them. */
const ASKED_FOR = CI === 'true' || TEST_DATABASE_URL !== undefined || TEST_REDIS_URL !== undefined;
const NOT_ASKED_FOR = 'TEST_DATABASE_URL and TEST_REDIS_URL (or CI=true) to be set';

/**
 * A suite on a real PostgreSQL and Redis: those of TEST_DATABASE_URL and TEST_REDIS_URL, or under
 * CI ones that it starts.
 */
export function describeOnSharedServers(
  name: string,
  suite: (open: () => Promise<SharedServers>) => void,
): void {
  const missing = ASKED_FOR
    ? [
        ...(TEST_DATABASE_URL === undefined && !(CI === 'true' && POSTGRES)
          ? ['TEST_DATABASE_URL']
          : []),
        ...(TEST_REDIS_URL === undefined && !(CI === 'true' && REDIS) ? ['TEST_REDIS_URL'] : []),
      ]
    : [NOT_ASKED_FOR];
  describeUnless(missing, name, () => suite(openSharedServers));
}

/** A suite that stops, kills or freezes its servers, and so brings its own. */
export function describeOnOwnServers(name: string, suite: (servers: ServerPrograms) => void): void {
  const missing = ASKED_FOR
    ? [
        ...(POSTGRES ? [] : ['the programs of PostgreSQL (initdb, postgres)']),
        ...(REDIS ? [] : ['redis-server']),
      ]
    : [NOT_ASKED_FOR];
  describeUnless(missing, name, () =>
    suite({
      postgres: () => startPostgres(found(POSTGRES)),
      redis: () => startRedis(found(REDIS)),
    }),
  );
}

/**
 * Settings of a node in a cluster of its own: others on the same Redis cannot read its key cache.
 */
export function clusterSettings(databaseUrl: string, redisUrl?: string): Record<string, string> {
  return {
    DATABASE_URL: databaseUrl,
    AUTHGRAPH_SECRET: randomBytes(32).toString('base64'),
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
  };
}

async function openSharedServers(): Promise<SharedServers> {
  const own: OwnServer[] = [];
  const start = async (server: Promise<OwnServer>) => {
    own.push(await server);
    return (await server).url;
  };
  return {
    databaseUrl: TEST_DATABASE_URL ?? (await start(startPostgres(found(POSTGRES)))),
    redisUrl: TEST_REDIS_URL ?? (await start(startRedis(found(REDIS)))),
    async [Symbol.asyncDispose]() {
      for (const server of own) await server[Symbol.asyncDispose]();
    },
  };
}

function describeUnless(missing: readonly string[], name: string, suite: () => void): void {
  if (missing.length === 0) {
    describe(name, suite);
    return;
  }
  const file = relative(process.cwd(), expect.getState().testPath ?? '');
  process.stderr.write(`SKIPPED ${file} (${name}): it needs ${missing.join(' and ')}\n`);
  describe.skip(name, suite);
}

function found(programs: Programs | undefined): Programs {
  if (programs === undefined) throw new Error('the server is not installed here');
  return programs;
}
