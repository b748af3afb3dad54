import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import { type Clock, systemClock } from '../kernel/clock.js';
import { idsFrom } from '../kernel/ids.js';
import { systemRandomness } from '../kernel/randomness.js';
import { Secrets } from '../kernel/secrets.js';
import type { Bus } from '../platform/bus/bus.js';
import { localBus } from '../platform/bus/local-bus.js';
import { postgresTransport } from '../platform/bus/postgres-transport.js';
import { redisTransport } from '../platform/bus/redis-transport.js';
import { RemoteBus } from '../platform/bus/remote-bus.js';
import { openDatabase } from '../platform/database/database.js';
import { DatabaseClock } from '../platform/database/database-clock.js';
import { ErrorTable } from '../platform/errors/error-table.js';
import { Events, eventLog } from '../platform/events/events.js';
import type { Built, Feature, Use } from '../platform/feature.js';
import type { HookFunctions } from '../platform/hooks/hook-functions.js';
import { Jobs } from '../platform/jobs/jobs.js';
import { Limits } from '../platform/limits/limits.js';
import { openMetrics } from '../platform/metrics/metrics.js';
import type { Platform } from '../platform/platform.js';
import { blaming } from './blame.js';
import type { Config } from './config.js';
import { FEATURES, settingsOf } from './features.js';
import { storageOf } from './storage.js';

/** With the time to get a connection this stays under the five seconds of a request. */
const STATEMENT_TIMEOUT_MS = 2_000;

export interface ComposeOptions {
  readonly config: Config;
  /** The values of AUTHGRAPH_SECRET, newest first, or the development one. */
  readonly secrets: readonly string[];
  readonly log: Logger;
  /** The database's unless given. */
  readonly clock?: Clock;
  /** None unless given. */
  readonly hooks?: HookFunctions;
  /** All of them unless given. */
  readonly features?: readonly Feature[];
}

/** The service without HTTP around it: what the command line works with. */
export interface Composition extends AsyncDisposable {
  readonly platform: Platform;
  /** The parts of a feature. Throws when it is not in the list. */
  readonly use: Use;
  /** In the order of the list. */
  readonly built: readonly Built<unknown>[];
  readonly features: readonly Feature[];
  /** Takes over the database's time. Rejects when it does not answer. */
  readonly syncClock: () => Promise<void>;
}

export async function compose(options: ComposeOptions): Promise<Composition> {
  const features = options.features ?? FEATURES;
  const { platform, syncClock, close } = await openPlatform(options, features);
  const built = new Map<Feature, Built<unknown>>();
  const use: Use = (wanted) => {
    const found = built.get(wanted);
    if (found === undefined) throw new Error(`the feature "${wanted.name}" is not there (yet)`);
    return found.parts as ReturnType<typeof wanted.create>['parts']; // its own create() made them
  };
  for (const each of features) built.set(each, each.create(platform, use));
  const parts = [...built.values()];
  return {
    platform,
    use,
    built: parts,
    features,
    syncClock,
    async [Symbol.asyncDispose]() {
      await platform.jobs.stop();
      for (const { stop } of parts.toReversed()) await stop?.();
      await close();
    },
  };
}

async function openPlatform(
  { config, secrets: values, log, clock: given, hooks = {} }: ComposeOptions,
  features: readonly Feature[],
): Promise<{ platform: Platform; syncClock: () => Promise<void>; close: () => Promise<void> }> {
  const randomness = systemRandomness;
  const secrets = new Secrets(values, randomness);
  const storage = storageOf(features);
  const { database: where, redisUrl } = config;
  const options = { ...where, storage, statementTimeoutMs: STATEMENT_TIMEOUT_MS };
  const database = await blaming('AUTHGRAPH_DATA_DIR', () => openDatabase(options, log));
  const databaseClock = new DatabaseClock(systemClock, log);
  if (given === undefined) databaseClock.follow(database);
  const clock = given ?? databaseClock;
  // Loaded on demand: its client costs a service without Redis time to start and memory.
  const redis =
    redisUrl === undefined
      ? undefined
      : (await import('../platform/redis/redis.js')).openRedis(redisUrl, log);
  const bus = openBus();
  const newId = idsFrom(clock, randomness);
  const events = new Events({ clock, newId });
  events.afterwards(eventLog(log));
  const metrics = openMetrics();
  const { production } = config;
  const platform: Platform = {
    clock,
    randomness,
    newId,
    log,
    secrets,
    database,
    bus,
    redis,
    events,
    metrics,
    limits: new Limits({ redis, metrics, production }),
    jobs: new Jobs({ database, clock, newId, log, seal: secrets.seal('jobs'), url: where.url }),
    errors: new ErrorTable(features.flatMap(({ problems }) => problems ?? [])),
    process: {
      production,
      issuer: config.issuer,
      port: config.port,
      smtpUrl: config.smtpUrl,
      templates: config.templates,
      processors: availableParallelism(),
    },
    hooks,
    settings: config.settings,
    allSettings: settingsOf(features),
    allMails: features.flatMap(({ mails }) => mails ?? []),
  };
  return {
    platform,
    syncClock: () => databaseClock.sync(),
    async close() {
      databaseClock[Symbol.dispose]();
      await bus[Symbol.asyncDispose]();
      redis?.disconnect();
      await database.close();
    },
  };

  function openBus(): Bus {
    const macKeys = secrets.macKeys('bus');
    if (redis !== undefined) return new RemoteBus(redisTransport(redis), macKeys, log);
    return where.url === undefined
      ? localBus()
      : new RemoteBus(postgresTransport(where.url), macKeys, log);
  }
}
