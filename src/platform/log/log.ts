import { type DestinationStream, type Logger, pino, stdTimeFunctions } from 'pino';
import { safeReason } from '../database/database-failure.js';

/** Whatever is logged under these names is a slip, and is not written. */
const SECRETS = [
  'password',
  'currentPassword',
  'newPassword',
  'accessToken',
  'refreshToken',
  'token',
  'authorization',
  'cookie',
  'secret',
];

const FORM = {
  base: null,
  timestamp: stdTimeFunctions.isoTime,
  formatters: { level: (label: string) => ({ level: label }) },
};

/**
 * The service's structured log. Errors keep their stack's places, and of their message only what
 * holds no data.
 */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    ...FORM,
    level,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    serializers: { err: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { type: error.name, message: safeReason(error), at: places.map((line) => line.trim()) };
}
