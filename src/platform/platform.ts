import type { Redis } from 'ioredis';
import type { Clock } from '../kernel/clock.js';
import type { NewId } from '../kernel/ids.js';
import type { Log } from '../kernel/log.js';
import type { Randomness } from '../kernel/randomness.js';
import type { SettingValues } from '../kernel/realm.js';
import type { Secrets } from '../kernel/secrets.js';
import type { Bus } from './bus/bus.js';
import type { Database } from './database/database.js';
import type { ErrorTable } from './errors/error-table.js';
import type { Events } from './events/events.js';
import type { HookFunctions } from './hooks/hook-functions.js';
import type { Jobs } from './jobs/jobs.js';
import type { Limits } from './limits/limits.js';
import type { MailType } from './mail/mail-type.js';
import type { Metrics } from './metrics/metrics.js';
import type { Settings } from './settings/settings.js';

/** What every feature is built on. Handed to a feature's `create`, and no further. */
export interface Platform {
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly newId: NewId;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly database: Database;
  readonly bus: Bus;
  /** Absent where there is no Redis. A cache, never the only copy of anything. */
  readonly redis: Redis | undefined;
  readonly errors: ErrorTable;
  readonly events: Events;
  readonly metrics: Metrics;
  readonly limits: Limits;
  readonly jobs: Jobs;
  readonly process: ProcessFacts;
  /** Of the application in whose process the service runs, if there is one. */
  readonly hooks: HookFunctions;
  /** The process's settings, which a realm may override; a feature reads its own of them. */
  readonly settings: SettingValues;
  /** The settings that all features together have. */
  readonly allSettings: readonly Settings[];
  /** The mails that all features together send. */
  readonly allMails: readonly MailType[];
}

export interface ProcessFacts {
  readonly production: boolean;
  /** The service's public URL: the issuer of the default realm, and where all others begin. */
  readonly issuer: string;
  readonly port: number;
  /** The mail server, with its password. */
  readonly smtpUrl: string | undefined;
  /** A folder with mail templates of the operator's own. */
  readonly templates: string | undefined;
  /** How many processors this process may use. */
  readonly processors: number;
}
