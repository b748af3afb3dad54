import { refuse } from './core-error.js';

/** A version of the Core Driver Interface as a number that compares: 5.4 is 504. */
export type CdiVersion = number;

/**
 * What is served. Not 5.5 and later: those rotate refresh tokens in another way, and no released
 * SDK speaks them.
 */
export const SERVED_VERSIONS = [
  '2.8',
  '2.18',
  '3.0',
  '3.1',
  '4.0',
  '5.0',
  '5.1',
  '5.2',
  '5.3',
  '5.4',
] as const;

const NUMBERS: ReadonlyMap<string, CdiVersion> = new Map(
  SERVED_VERSIONS.map((version) => [version, numberOf(version)]),
);
const NEWEST = Math.max(...NUMBERS.values());

/** Reads the header `cdi-version`; the newest without one. Refuses what is not served. */
export function readCdiVersion(
  header: string | undefined,
  { most }: { most?: string },
): CdiVersion {
  const limit = most === undefined ? NEWEST : numberOf(most);
  if (header === undefined) return Math.min(limit, NEWEST);
  if (!/^\d{1,3}\.\d{1,3}$/.test(header)) return refuse(400, 'cdi-version header is invalid');
  const version = NUMBERS.get(header);
  if (version === undefined || version > limit) {
    return refuse(400, `cdi-version ${header} not supported`);
  }
  return version;
}

function numberOf(version: string): CdiVersion {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major * 100 + minor;
}
