import { type DestinationStream, type Logger, pino } from 'pino';
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
  timestamp: isoTimes(),
  formatters: { level: (label: string) => ({ level: label }) },
};

/** The service's structured log. Errors keep their stack's places, and of their message only what holds no data. */
export function createLog(level: string, destination?: DestinationStream): Logger {
  const options = {
    ...FORM,
    level,
    redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    serializers: { err: describeError },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** What is said of a request that was served. */
export interface ServedRequest {
  readonly requestId: string;
  readonly method: string;
  readonly path: string | undefined;
  readonly status: number;
  readonly ms: number;
  readonly ip: string;
}

/** Far more than one line, far less than a reader of the log would miss. */
const BATCH_LENGTH = 32_768;
const BATCH_MS = 250;

/**
 * Logs served requests to standard output, one line each in the form of the other lines, of fields that the service makes itself:
 * there is nothing to redact in them. Made and written in batches without pino, which would take longer than everything else that
 * this service adds to a request. A process that is killed loses the last batch.
 */
export function createRequestLog(level: string): (request: ServedRequest) => void {
  if (!pino({ level }).isLevelEnabled('info')) return () => {};
  const stdout = pino.destination({
    fd: process.stdout.fd,
    sync: true,
    contentMode: 'buffer',
  }) as unknown as BinaryDestination;
  const time = isoTimes();
  let batch = '';
  const flush = () => {
    if (batch !== '') stdout.write(encode(batch));
    batch = '';
  };
  setInterval(flush, BATCH_MS).unref();
  process.once('exit', flush);
  return (request) => {
    batch += `{"level":"info"${time()},${JSON.stringify(request).slice(1, -1)},"msg":"request"}\n`;
    if (batch.length >= BATCH_LENGTH) flush();
  };
}

/** What pino's destination is in that mode; its types know only of text. */
interface BinaryDestination {
  write(lines: Buffer): boolean;
}

/** UTF-8. Text that takes as many bytes as characters is plain ASCII, which Node copies four times as fast when told so. */
function encode(text: string): Buffer {
  return Buffer.from(text, Buffer.byteLength(text) === text.length ? 'latin1' : 'utf8');
}

/** pino's `isoTime`, with the part that only changes every second kept: formatting a date takes longer than the rest of a line. */
function isoTimes(): () => string {
  let second = Number.NaN;
  let start = '';
  return () => {
    const now = Date.now();
    if (Math.floor(now / 1000) !== second) {
      second = Math.floor(now / 1000);
      start = new Date(now).toISOString().slice(0, -'000Z'.length);
    }
    return `,"time":"${start}${String(now % 1000).padStart(3, '0')}Z"`;
  };
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const places = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return { type: error.name, message: safeReason(error), at: places.map((line) => line.trim()) };
}
