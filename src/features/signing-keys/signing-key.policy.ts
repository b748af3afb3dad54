import { addSeconds } from '../../kernel/clock.js';

export type SigningAlgorithm = 'ES256' | 'RS256' | 'EdDSA';
export type SigningKeyStatus = 'PUBLISHED' | 'ACTIVE' | 'RETIRED' | 'GONE';

/** What the life cycle of signing keys depends on; seconds. */
export interface KeyLifetimes {
  /** How long others may cache the JWKS. */
  readonly jwksMaxAge: number;
  /** How long an access token lives, the skew that verifiers allow included. */
  readonly tokenLifetime: number;
  /** How long a key signs before its successor does. */
  readonly rotationPeriod: number;
}

/** Nodes follow the database's clock, and not to the millisecond. */
export const CLOCK_MARGIN_SECONDS = 2;

interface Scheduled {
  readonly kid: string;
  readonly algorithm: string;
  readonly activatesAt: Date;
}

/**
 * A key is in the JWKS for this long before it signs, so that every verifier has fetched it by
 * then: once for what the verifier cached, once for what this service's own nodes cached.
 */
export function leadSeconds(lifetimes: KeyLifetimes): number {
  return 2 * lifetimes.jwksMaxAge;
}

/**
 * The key that signs at `now`: the latest whose time has come. Where there is none, one whose time
 * is about to come: a key that another node has just made to sign at once.
 */
export function activeKey<Key extends Scheduled>(keys: readonly Key[], now: Date): Key | undefined {
  return latestKey(keys, now) ?? latestKey(keys, addSeconds(now, CLOCK_MARGIN_SECONDS));
}

function latestKey<Key extends Scheduled>(keys: readonly Key[], now: Date): Key | undefined {
  let active: Key | undefined; // by hand: every request asks
  for (const key of keys) {
    if (key.activatesAt > now) continue;
    if (active === undefined || inOrder(active, key) < 0) active = key;
  }
  return active;
}

/**
 * Where a key stands at `now`. Follows from the clock alone, so all nodes agree without telling
 * each other.
 */
export function statusOf(
  key: Scheduled,
  keys: readonly Scheduled[],
  now: Date,
  lifetimes: KeyLifetimes,
): SigningKeyStatus {
  if (key.activatesAt > now) return 'PUBLISHED';
  const successor = successorOf(key, keys);
  if (successor === undefined || successor.activatesAt > now) return 'ACTIVE';
  return lastsUntil(successor, lifetimes) > now ? 'RETIRED' : 'GONE';
}

/**
 * When the last token that the key signed has expired, as far as its successors are known;
 * undefined while it has none.
 */
export function goneAt(
  key: Scheduled,
  keys: readonly Scheduled[],
  lifetimes: KeyLifetimes,
): Date | undefined {
  const successor = successorOf(key, keys);
  return successor && lastsUntil(successor, lifetimes);
}

function lastsUntil(successor: Scheduled, lifetimes: KeyLifetimes): Date {
  return addSeconds(successor.activatesAt, lifetimes.tokenLifetime);
}

/** When the next key has to be made; `now` or earlier means that it is due. */
export function nextRotationAt(
  keys: readonly Scheduled[],
  algorithm: SigningAlgorithm,
  now: Date,
  lifetimes: KeyLifetimes,
): Date {
  const newest = byActivation(keys).at(-1);
  if (newest === undefined || newest.algorithm !== algorithm) return now;
  return addSeconds(newest.activatesAt, lifetimes.rotationPeriod - leadSeconds(lifetimes));
}

/**
 * When a key that is made at `now` starts to sign. The very first one has nobody to wait for. Any
 * other follows all that exist: one that was published under a longer max-age would else stay the
 * newest, and its successor be due forever.
 */
export function activationOfNewKey(
  keys: readonly Scheduled[],
  now: Date,
  lifetimes: KeyLifetimes,
): Date {
  const newest = byActivation(keys).at(-1);
  if (newest === undefined) return now;
  const known = addSeconds(now, leadSeconds(lifetimes));
  return new Date(Math.max(known.getTime(), addSeconds(newest.activatesAt, 1).getTime()));
}

/** True when a key is on its way already, so that asking for another one changes nothing. */
export function hasKeyOnItsWay(keys: readonly Scheduled[], now: Date): boolean {
  return keys.some((key) => key.activatesAt > now);
}

function successorOf(key: Scheduled, keys: readonly Scheduled[]): Scheduled | undefined {
  const ordered = byActivation(keys);
  return ordered[ordered.findIndex(({ kid }) => kid === key.kid) + 1];
}

function byActivation<Key extends Scheduled>(keys: readonly Key[]): Key[] {
  return keys.toSorted(inOrder);
}

/** Two that activate at one moment have an order, too. */
function inOrder(a: Scheduled, b: Scheduled): number {
  return a.activatesAt.getTime() - b.activatesAt.getTime() || a.kid.localeCompare(b.kid);
}
