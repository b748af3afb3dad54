import { Redis } from 'ioredis';
import type { Log } from '../../kernel/log.js';

/** A request never waits longer than this for a cache. */
const COMMAND_TIMEOUT_MS = 200;
/** A server that owes an answer for this long has gone, although its socket may look alive. */
const SILENCE_MS = 1_000;
const RECONNECT_MS = { first: 100, most: 2_000 };

/**
 * Connects in the background and keeps trying; until it is there, commands fail at once instead of
 * queueing. Says once when the server goes and once when it is back.
 */
export function openRedis(url: string, log: Log): Redis {
  const redis = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 1_000,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SILENCE_MS,
    retryStrategy: (attempt) => Math.min(RECONNECT_MS.most, RECONNECT_MS.first * 2 ** attempt),
  });
  let down = false;
  redis.on('error', (error: Error) => {
    if (!down) log.warn({ reason: error.message }, 'Redis is unavailable; going on without it');
    down = true;
  });
  redis.on('ready', () => {
    if (down) log.info({}, 'Redis is available again');
    down = false;
  });
  return redis;
}
