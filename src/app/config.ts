import { isIP } from 'node:net';
import { z } from 'zod';
import { isOpenToAll } from '../apis/supertokens/index.js';
import type { SettingValues } from '../kernel/realm.js';
import {
  flag,
  integer,
  list,
  oneOf,
  publicUrl,
  randomSecret,
  url,
} from '../platform/settings/setting-schemas.js';
import { parseSettings, variableOf } from '../platform/settings/settings.js';
import { FEATURES, settingsOf } from './features.js';

/** Everything that can be set, checked and complete. Durations are seconds. */
export interface Config {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly database: {
    readonly url: string | undefined;
    readonly dataDir: string;
    readonly poolSize: number;
    readonly autoMigrate: boolean;
  };
  readonly redisUrl: string | undefined;
  readonly smtpUrl: string | undefined;
  /** A folder with mail templates of the operator's own. */
  readonly templates: string | undefined;
  /** Newest first. Empty in development until one is made. */
  readonly secrets: readonly string[];
  readonly issuer: string;
  /** Where Prometheus finds the metrics; nowhere unless one of them is set. */
  readonly metrics: {
    readonly token: string | undefined;
    readonly port: number | undefined;
    readonly host: string;
  };
  readonly trustProxy: readonly string[];
  readonly introspection: boolean;
  /** The file of a manifest; any valid operation is run without one. */
  readonly trustedDocuments: string | undefined;
  /** The features' settings, by name; a realm may override them. */
  readonly settings: SettingValues;
  /** AUTHGRAPH_ variables that mean nothing here: most likely misspelt. */
  readonly unknownSettings: readonly string[];
  /** What is valid, and worth a warning to the operator. */
  readonly warnings: readonly string[];
}

/** What is wrong with the settings: every problem at once, by variable name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    const lines = problems.map((problem) => `  ${problem}`);
    super(`the settings have ${count}:\n${lines.join('\n')}`);
    this.problems = problems;
  }
}

/** What proxy-addr, which reads this, takes. */
const PROXY_NAMES = ['loopback', 'linklocal', 'uniquelocal'];

const proxy = z.string().refine((text) => {
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  if (PROXY_NAMES.includes(text)) return true;
  if (family === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128))
  );
}, 'must be a comma-separated list of addresses, networks such as 10.0.0.0/8, or ' +
  PROXY_NAMES.join(', '));

/** The settings of the process itself; those of the features are theirs. */
const PROCESS = z.object({
  NODE_ENV: z.string().optional(),
  PORT: integer(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
  SMTP_URL: url(['smtp:', 'smtps:']).optional(),
  AUTHGRAPH_DATA_DIR: z.string().optional(),
  AUTHGRAPH_SECRET: list(randomSecret).default([]),
  AUTHGRAPH_TEMPLATES: z.string().optional(),
  AUTHGRAPH_ISSUER: publicUrl.optional(),
  AUTHGRAPH_AUTO_MIGRATE: flag.optional(),
  AUTHGRAPH_TRUST_PROXY: list(proxy).default([]),
  AUTHGRAPH_DATABASE_POOL_SIZE: integer(1, 1_000).default(10),
  AUTHGRAPH_METRICS_TOKEN: z.string().min(16, 'must have at least 16 characters').optional(),
  AUTHGRAPH_METRICS_PORT: integer(0, 65_535).optional(),
  AUTHGRAPH_METRICS_HOST: z.string().default('127.0.0.1'),
  AUTHGRAPH_INTROSPECTION: flag.optional(),
  AUTHGRAPH_TRUSTED_DOCUMENTS: z.string().optional(),
  AUTHGRAPH_LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

type ProcessSettings = z.output<typeof PROCESS>;
/** Settings as text, by the names of their variables. */
export type SettingVariables = Readonly<Record<string, string | undefined>>;

const ALL_SETTINGS = settingsOf(FEATURES);
const VARIABLES: ReadonlyMap<string, string> = new Map(
  ALL_SETTINGS.flatMap(({ shape }) => Object.keys(shape)).map((name) => [variableOf(name), name]),
);

/**
 * Checks the environment and completes it with defaults. An empty variable counts as unset. Throws
 * a ConfigError.
 */
export function parseConfig(env: SettingVariables): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const { data, error } = PROCESS.safeParse(set);
  const texts = Object.fromEntries(
    [...VARIABLES].map(([variable, name]) => [name, set[variable] ?? undefined]),
  );
  const settings = parseSettings(ALL_SETTINGS, texts);
  const problems = [
    ...(error?.issues ?? []).map(({ path, message }) => `${String(path[0])} ${message}`),
    ...settings.problems.map(({ name, message }) => `${variableOf(name)} ${message}`),
    ...productionProblems(set),
    ...(isProduction(set.NODE_ENV) ? supertokensProblems(settings.values) : []),
  ];
  if (data === undefined || problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return deepFreeze({
    ...complete(data),
    settings: settings.values,
    unknownSettings: unknownSettings(Object.keys(set)),
    warnings: warningsOf(set),
  });
}

type Complete = Omit<Config, 'settings' | 'unknownSettings' | 'warnings'>;

function complete(settings: ProcessSettings): Complete {
  const production = isProduction(settings.NODE_ENV);
  return {
    production,
    port: settings.PORT,
    host: settings.HOST,
    logLevel: settings.AUTHGRAPH_LOG_LEVEL,
    database: {
      url: settings.DATABASE_URL,
      dataDir: settings.AUTHGRAPH_DATA_DIR ?? '.authgraph',
      poolSize: settings.AUTHGRAPH_DATABASE_POOL_SIZE,
      autoMigrate: settings.AUTHGRAPH_AUTO_MIGRATE ?? settings.DATABASE_URL === undefined,
    },
    redisUrl: settings.REDIS_URL,
    smtpUrl: settings.SMTP_URL,
    templates: settings.AUTHGRAPH_TEMPLATES,
    secrets: settings.AUTHGRAPH_SECRET,
    issuer: settings.AUTHGRAPH_ISSUER ?? `http://localhost:${settings.PORT}`,
    metrics: {
      token: settings.AUTHGRAPH_METRICS_TOKEN,
      port: settings.AUTHGRAPH_METRICS_PORT,
      host: settings.AUTHGRAPH_METRICS_HOST,
    },
    trustProxy: settings.AUTHGRAPH_TRUST_PROXY,
    introspection: settings.AUTHGRAPH_INTROSPECTION ?? !production,
    trustedDocuments: settings.AUTHGRAPH_TRUSTED_DOCUMENTS,
  };
}

/** What nobody knows is taken for production: a misspelt name must not open anything. */
function isProduction(nodeEnv: string | undefined): boolean {
  return !['development', 'test'].includes(nodeEnv ?? 'development');
}

/** A misspelt name would silently leave the default in force. */
function unknownSettings(names: readonly string[]): string[] {
  return names.filter(
    (name) => name.startsWith('AUTHGRAPH_') && !(name in PROCESS.shape) && !VARIABLES.has(name),
  );
}

/** What a development machine may leave out and a public service may not. */
function productionProblems(set: SettingVariables): string[] {
  if (!isProduction(set.NODE_ENV)) return [];
  const problems: string[] = [];
  if (set.AUTHGRAPH_SECRET === undefined)
    problems.push(
      'AUTHGRAPH_SECRET is required in production; make one with: openssl rand -base64 32',
    );
  if (set.AUTHGRAPH_ISSUER === undefined)
    problems.push('AUTHGRAPH_ISSUER is required in production: the public URL of this service');
  else if (!set.AUTHGRAPH_ISSUER.startsWith('https://'))
    problems.push('AUTHGRAPH_ISSUER must start with https:// in production');
  if (set.DATABASE_URL === undefined && set.AUTHGRAPH_DATA_DIR === undefined)
    problems.push(
      'DATABASE_URL is required in production; to use the embedded database on purpose, ' +
        'set AUTHGRAPH_DATA_DIR',
    );
  return [...problems, ...mailProblems(set)];
}

/** Whoever sends mails says from whom, and where their links lead. */
function mailProblems({
  SMTP_URL,
  AUTHGRAPH_MAIL_FROM,
  AUTHGRAPH_APP_URL,
}: SettingVariables): string[] {
  if (SMTP_URL === undefined) return [];
  const problems: string[] = [];
  if (AUTHGRAPH_MAIL_FROM === undefined)
    problems.push('AUTHGRAPH_MAIL_FROM is required with SMTP_URL: who mails are from');
  if (AUTHGRAPH_APP_URL === undefined)
    problems.push('AUTHGRAPH_APP_URL is required with SMTP_URL: where links in mails lead');
  else if (!AUTHGRAPH_APP_URL.startsWith('https://'))
    problems.push('AUTHGRAPH_APP_URL must start with https:// in production');
  return problems;
}

/** Whoever reaches that interface without a key may do everything. */
function supertokensProblems(values: SettingValues): string[] {
  return isOpenToAll(values)
    ? ['AUTHGRAPH_SUPERTOKENS_API_KEYS is required in production beyond the loopback address']
    : [];
}

function warningsOf(set: SettingVariables): string[] {
  if (!isProduction(set.NODE_ENV)) return [];
  const warnings: string[] = [];
  if (set.DATABASE_URL === undefined)
    warnings.push(
      'The database is the embedded one: it serves one process, and nobody backs it up',
    );
  if (set.SMTP_URL === undefined) warnings.push('SMTP_URL is not set: mails wait, and then fail');
  return warnings;
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value))
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  return Object.freeze(value);
}
