import { type DestinationStream, type Logger, pino } from 'pino';
import { safeReason } from '../storage/database-failure.js';

/** Whatever is logged under these names is a slip, and is not written. */
const SECRETS = ['password', 'currentPassword', 'newPassword', 'accessToken', 'refreshToken', 'token', 'authorization', 'cookie', 'secret'];

/** The service's structured log. Errors keep their stack's places, and of their message only what holds no data. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    serializers: { err: describeError },
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { type: error.name, message: safeReason(error), at: places.map((line) => line.trim()) };
}
