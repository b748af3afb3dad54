import { safeReason } from '../platform/database/database-failure.js';
import { ConfigError } from './config.js';

/** What the system says of an address or a path that cannot be used, now or later. */
const HOPELESS = [
  'EACCES',
  'EADDRNOTAVAIL',
  'EAFNOSUPPORT',
  'EEXIST',
  'EINVAL',
  'EISDIR',
  'ENOENT',
  'ENOTDIR',
  'ENOTFOUND',
  'EPERM',
  'EROFS',
];

/**
 * Does what a setting asks for; whoever finds that it cannot work, the setting is named (a
 * ConfigError).
 */
export async function blaming<Result>(
  variable: string,
  work: () => Result | Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!isHopeless(error)) throw error;
    throw new ConfigError([`${variable} cannot work: ${safeReason(error)}`]);
  }
}

function isHopeless(error: unknown): boolean {
  return error instanceof Error && 'code' in error && HOPELESS.includes(String(error.code));
}
