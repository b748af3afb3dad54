import { refuse } from '../protocol/core-error.js';
import type { JsonObject } from '../protocol/fields.js';

/** What an app or a tenant sets, read. Times are milliseconds. */
export interface CoreConfig {
  readonly accessTokenMs: number;
  readonly refreshTokenMs: number;
  readonly keyIntervalMs: number;
  readonly passwordResetMs: number;
  readonly emailVerificationMs: number;
  readonly codeMs: number;
  readonly codeAttempts: number;
  readonly totpAttempts: number;
  readonly totpCooldownMs: number;
  /** Undefined: those of the process. */
  readonly apiKeys: readonly string[] | undefined;
  readonly maxVersion: string | undefined;
  /** Before CDI 2.21, where callers do not say: which key signs, and whether sessions are read. */
  readonly legacyStaticKeys: boolean;
  readonly legacyCheckDatabase: boolean;
}

type Kind = 'long' | 'int' | 'double' | 'boolean' | 'string';
interface Key {
  readonly kind: Kind;
  readonly least?: number;
  readonly perTenant?: boolean;
}

/** What an app or a tenant can set of a core's configuration. Some of it means nothing here. */
const KEYS: ReadonlyMap<string, Key> = new Map<string, Key>(
  Object.entries({
    access_token_validity: { kind: 'long', least: 1 },
    refresh_token_validity: { kind: 'double', least: 0 },
    access_token_dynamic_signing_key_update_interval: { kind: 'double', least: 0 },
    access_token_signing_key_update_interval: { kind: 'double', least: 0 },
    access_token_signing_key_dynamic: { kind: 'boolean' },
    access_token_blacklisting: { kind: 'boolean' },
    access_token_validity_jitter: { kind: 'double', least: 0 },
    refresh_token_rotation_grace_period: { kind: 'long', least: 0 },
    password_hashing_alg: { kind: 'string' },
    firebase_password_hashing_signer_key: { kind: 'string' },
    disable_telemetry: { kind: 'boolean' },
    supertokens_max_cdi_version: { kind: 'string' },
    supertokens_min_cdi_version: { kind: 'string' },
    api_keys: { kind: 'string' },
    password_reset_token_lifetime: { kind: 'long', least: 1, perTenant: true },
    email_verification_token_lifetime: { kind: 'long', least: 1, perTenant: true },
    passwordless_code_lifetime: { kind: 'long', least: 1, perTenant: true },
    passwordless_max_code_input_attempts: { kind: 'int', least: 1, perTenant: true },
    totp_max_attempts: { kind: 'int', least: 1, perTenant: true },
    totp_rate_limit_cooldown_sec: { kind: 'int', least: 1, perTenant: true },
    ip_allow_regex: { kind: 'string', perTenant: true },
    ip_deny_regex: { kind: 'string', perTenant: true },
  }),
);
const OF_THE_INSTANCE = new Set([
  'port',
  'host',
  'base_path',
  'log_level',
  'max_server_pool_size',
  'bcrypt_log_rounds',
  'argon2_iterations',
  'argon2_memory_kb',
  'argon2_parallelism',
  'argon2_hashing_pool_size',
  'info_log_path',
  'error_log_path',
]);
const API_KEY = /^[A-Za-z0-9=-]{20,}$/;

/**
 * What is set after a change: null takes a key out. Refuses what is unknown, of another type, or
 * not a tenant's to set.
 */
export function mergeSettings(
  before: JsonObject,
  changes: JsonObject,
  { shortKeyIntervals, ofTenant }: { shortKeyIntervals: boolean; ofTenant: boolean },
): JsonObject {
  const after: JsonObject = { ...before };
  for (const [key, value] of Object.entries(changes)) {
    checkKey(key, value, ofTenant);
    if (value === null) delete after[key];
    else after[key] = value;
  }
  const { keyIntervalMs, accessTokenMs, refreshTokenMs } = readSettings(after);
  if (keyIntervalMs < HOUR_MS && !shortKeyIntervals) {
    invalid("'access_token_dynamic_signing_key_update_interval' must be >= 1 hour");
  }
  if (refreshTokenMs <= accessTokenMs) {
    invalid("'refresh_token_validity' must be strictly greater than 'access_token_validity'");
  }
  return after;
}

function checkKey(key: string, value: unknown, ofTenant: boolean): void {
  if (OF_THE_INSTANCE.has(key))
    invalid(`${key} can only be set via the core's base config setting`);
  const known = KEYS.get(key) ?? invalid(`Invalid config key: ${key}`);
  if (value === null) return;
  if (ofTenant && !known.perTenant) invalid(`${key} can only be set via the app's config setting`);
  if (!isOfKind(value, known.kind)) invalid(`'${key}' must be of type ${known.kind}`);
  if (known.least !== undefined && Number(value) < known.least) {
    invalid(`'${key}' must be >= ${known.least}`);
  }
  if (
    key === 'api_keys' &&
    !String(value)
      .split(',')
      .every((each) => API_KEY.test(each.trim()))
  ) {
    invalid('An API key must have at least 20 characters: letters, digits, "=" and "-"');
  }
}

function isOfKind(value: unknown, kind: Kind): boolean {
  if (kind === 'string') return typeof value === 'string' && !value.includes('\u0000');
  if (kind === 'boolean')
    return typeof value === 'boolean' || value === 'true' || value === 'false';
  if (typeof value === 'string' && !/^-?\d{1,15}(?:\.\d{1,15})?$/.test(value)) return false;
  if (typeof value !== 'string' && typeof value !== 'number') return false;
  return kind === 'double' ? Number.isFinite(Number(value)) : Number.isSafeInteger(Number(value));
}

function invalid(problem: string): never {
  return refuse(400, `Invalid core config: ${problem}`);
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

export function readSettings(set: JsonObject): CoreConfig {
  const number = (key: string, fallback: number) => Number(set[key] ?? fallback);
  const { api_keys: keys, supertokens_max_cdi_version: maxVersion } = set;
  const interval =
    set.access_token_dynamic_signing_key_update_interval ??
    set.access_token_signing_key_update_interval ??
    168;
  return {
    accessTokenMs: number('access_token_validity', 3_600) * SECOND_MS,
    refreshTokenMs: number('refresh_token_validity', 144_000) * MINUTE_MS,
    keyIntervalMs: Number(interval) * HOUR_MS,
    passwordResetMs: number('password_reset_token_lifetime', HOUR_MS),
    emailVerificationMs: number('email_verification_token_lifetime', 24 * HOUR_MS),
    codeMs: number('passwordless_code_lifetime', 15 * MINUTE_MS),
    codeAttempts: number('passwordless_max_code_input_attempts', 5),
    totpAttempts: number('totp_max_attempts', 5),
    totpCooldownMs: number('totp_rate_limit_cooldown_sec', 900) * SECOND_MS,
    apiKeys: typeof keys === 'string' ? keys.split(',').map((key) => key.trim()) : undefined,
    maxVersion: typeof maxVersion === 'string' ? maxVersion : undefined,
    legacyStaticKeys: String(set.access_token_signing_key_dynamic ?? true) === 'false',
    legacyCheckDatabase: String(set.access_token_blacklisting ?? false) === 'true',
  };
}
