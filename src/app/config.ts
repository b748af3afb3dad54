import { availableParallelism } from 'node:os';
import { z } from 'zod';
import { parseDuration } from '../kernel/duration.js';

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
  /** Undefined in development until one is made. */
  readonly secret: string | undefined;
  readonly issuer: string;
  readonly audience: string;
  readonly accessTokenTtl: number;
  readonly refresh: {
    readonly idleTtl: number;
    readonly absoluteTtl: number;
    readonly grace: number;
  };
  readonly keys: {
    readonly algorithm: 'ES256' | 'RS256' | 'EdDSA';
    readonly rotation: number;
    readonly jwksMaxAge: number;
  };
  readonly password: { readonly minLength: number; readonly hashThreads: number };
  readonly allowedOrigins: readonly string[];
  readonly trustProxy: readonly string[];
  readonly introspection: boolean;
  /** AUTHGRAPH_ variables that mean nothing here: most likely misspelt. */
  readonly unknownSettings: readonly string[];
}

/** What is wrong with the settings: every problem at once, by variable name. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `the settings have ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
    this.problems = problems;
  }
}

const MINUTE = 60;
const DAY = 86_400;
const MIN_SECRET_BYTES = 32;
/** A random secret uses more characters than that; "aaaa…" and "0123…0123…" do not. */
const MIN_DISTINCT_CHARACTERS = 12;
const EXAMPLE_SECRET = /change|example|secret|password|default|placeholder|insecure|xxxx/i;

function duration(from: string, to: string) {
  const [least = 0, most = 0] = [from, to].map(parseDuration);
  return z.string().transform((text, context) => {
    const seconds = parseDuration(text);
    if (seconds !== undefined && seconds >= least && seconds <= most) return seconds;
    context.addIssue(
      `must be a duration from ${from} to ${to}, such as 30s, 10m, 12h or 14d; it is "${text}"`,
    );
    return z.NEVER;
  });
}

function integer(from: number, to: number) {
  const message = `must be a whole number from ${from} to ${to}`;
  return z
    .string()
    .regex(/^\d+$/, message)
    .transform(Number)
    .pipe(z.number().min(from, message).max(to, message));
}

function oneOf<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z.enum(values, `must be one of ${values.join(', ')}`);
}

function url(protocols: readonly string[]) {
  return z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol),
      `must be a URL that starts with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`,
    );
}

const publicUrl = url(['http:', 'https:'])
  .refine(
    (text) =>
      !URL.canParse(text) || /^(?:\/[^?#]*)?$/.test(text.slice(new URL(text).origin.length)),
    'must be a plain URL, without a query or fragment',
  )
  .refine((text) => !text.endsWith('/'), 'must not end with a slash');

const origin = z
  .string()
  .refine((text) => text !== '*', 'must name origins: "*" would let every site use the cookies')
  .refine(
    (text) => text === '*' || (URL.canParse(text) && new URL(text).origin === text),
    'must be a comma-separated list of origins, such as https://app.example.com',
  );

const list = (item: z.ZodType<string, string>) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((entry) => entry.trim())
        .filter((entry) => entry !== ''),
    )
    .pipe(z.array(item));

const flag = oneOf(['true', 'false']).transform((text) => text === 'true');

const SETTINGS = z.object({
  NODE_ENV: z.string().optional(),
  PORT: integer(0, 65_535).default(4000),
  HOST: z.string().default('127.0.0.1'),
  DATABASE_URL: url(['postgres:', 'postgresql:']).optional(),
  REDIS_URL: url(['redis:', 'rediss:']).optional(),
  AUTHGRAPH_DATA_DIR: z.string().default('.authgraph'),
  AUTHGRAPH_SECRET: z
    .string()
    .refine(
      (text) => Buffer.byteLength(text) >= MIN_SECRET_BYTES,
      `must have at least ${MIN_SECRET_BYTES} bytes; make one with: openssl rand -base64 32`,
    )
    .refine(
      (text) => !EXAMPLE_SECRET.test(text) && new Set(text).size >= MIN_DISTINCT_CHARACTERS,
      'looks like an example, not like a random value; make one with: openssl rand -base64 32',
    )
    .optional(),
  AUTHGRAPH_ISSUER: publicUrl.optional(),
  AUTHGRAPH_AUDIENCE: z.string().optional(),
  AUTHGRAPH_ACCESS_TOKEN_TTL: duration('1s', '1d').default(10 * MINUTE),
  AUTHGRAPH_REFRESH_IDLE_TTL: duration('1s', '365d').default(14 * DAY),
  AUTHGRAPH_REFRESH_ABSOLUTE_TTL: duration('1s', '3650d').default(90 * DAY),
  AUTHGRAPH_REFRESH_GRACE: duration('0s', '5m').default(10),
  AUTHGRAPH_SIGNING_ALG: oneOf(['ES256', 'RS256', 'EdDSA']).default('ES256'),
  AUTHGRAPH_KEY_ROTATION: duration('1s', '365d').default(7 * DAY),
  AUTHGRAPH_JWKS_MAX_AGE: duration('1s', '1d').default(5 * MINUTE),
  AUTHGRAPH_PASSWORD_MIN_LENGTH: integer(8, 128).default(8),
  AUTHGRAPH_ALLOWED_ORIGINS: list(origin).default([]),
  AUTHGRAPH_AUTO_MIGRATE: flag.optional(),
  AUTHGRAPH_TRUST_PROXY: list(z.string()).default([]),
  AUTHGRAPH_DATABASE_POOL_SIZE: integer(1, 1_000).default(10),
  AUTHGRAPH_INTROSPECTION: flag.optional(),
  AUTHGRAPH_LOG_LEVEL: oneOf(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

type Settings = z.output<typeof SETTINGS>;

/** Checks the environment and completes it with defaults. An empty variable counts as unset. Throws a ConfigError. */
export function parseConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ''),
  );
  const { data, error } = SETTINGS.safeParse(set);
  const problems = (error?.issues ?? []).map(
    (issue) => `${String(issue.path[0])} ${issue.message}`,
  );
  problems.push(...productionProblems(set));
  if (data === undefined || problems.length > 0) throw new ConfigError([...new Set(problems)]);
  return deepFreeze({ ...complete(data), unknownSettings: unknownSettings(Object.keys(set)) });
}

function complete(settings: Settings): Omit<Config, 'unknownSettings'> {
  const issuer = settings.AUTHGRAPH_ISSUER ?? `http://localhost:${settings.PORT}`;
  const production = settings.NODE_ENV === 'production';
  return {
    production,
    port: settings.PORT,
    host: settings.HOST,
    logLevel: settings.AUTHGRAPH_LOG_LEVEL,
    database: {
      url: settings.DATABASE_URL,
      dataDir: settings.AUTHGRAPH_DATA_DIR,
      poolSize: settings.AUTHGRAPH_DATABASE_POOL_SIZE,
      autoMigrate: settings.AUTHGRAPH_AUTO_MIGRATE ?? settings.DATABASE_URL === undefined,
    },
    redisUrl: settings.REDIS_URL,
    secret: settings.AUTHGRAPH_SECRET,
    issuer,
    audience: settings.AUTHGRAPH_AUDIENCE ?? issuer,
    accessTokenTtl: settings.AUTHGRAPH_ACCESS_TOKEN_TTL,
    refresh: {
      idleTtl: settings.AUTHGRAPH_REFRESH_IDLE_TTL,
      absoluteTtl: settings.AUTHGRAPH_REFRESH_ABSOLUTE_TTL,
      grace: settings.AUTHGRAPH_REFRESH_GRACE,
    },
    keys: {
      algorithm: settings.AUTHGRAPH_SIGNING_ALG,
      rotation: settings.AUTHGRAPH_KEY_ROTATION,
      jwksMaxAge: settings.AUTHGRAPH_JWKS_MAX_AGE,
    },
    password: {
      minLength: settings.AUTHGRAPH_PASSWORD_MIN_LENGTH,
      hashThreads: availableParallelism(),
    },
    allowedOrigins: settings.AUTHGRAPH_ALLOWED_ORIGINS,
    trustProxy: settings.AUTHGRAPH_TRUST_PROXY,
    introspection: settings.AUTHGRAPH_INTROSPECTION ?? !production,
  };
}

/** A misspelt name would silently leave the default in force. */
function unknownSettings(names: readonly string[]): string[] {
  return names.filter((name) => name.startsWith('AUTHGRAPH_') && !(name in SETTINGS.shape));
}

/** What a development machine may leave out and a public service may not. */
function productionProblems(set: Readonly<Record<string, string | undefined>>): string[] {
  if (set.NODE_ENV !== 'production') return [];
  const problems: string[] = [];
  if (set.AUTHGRAPH_SECRET === undefined)
    problems.push(
      'AUTHGRAPH_SECRET is required in production; make one with: openssl rand -base64 32',
    );
  if (set.AUTHGRAPH_ISSUER === undefined)
    problems.push('AUTHGRAPH_ISSUER is required in production: the public URL of this service');
  else if (!set.AUTHGRAPH_ISSUER.startsWith('https://'))
    problems.push('AUTHGRAPH_ISSUER must start with https:// in production');
  return problems;
}

function deepFreeze<T extends object>(value: T): T {
  for (const member of Object.values(value))
    if (typeof member === 'object' && member !== null) deepFreeze(member);
  return Object.freeze(value);
}
