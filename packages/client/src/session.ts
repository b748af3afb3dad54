import type { TokensOfFragment } from './generated/operations.js';

/** Both tokens, with the times when they expire: ISO 8601, UTC, by the service's clock. */
export type Tokens = TokensOfFragment;

/** What a client knows of its session, and keeps in its storage. Each refresh makes a new one. */
export interface AuthSession {
  readonly id: string;
  /** Null when they travel as cookies, out of the reach of scripts. */
  readonly tokens: Tokens | null;
  /** When they came, in milliseconds by this device's clock. Never the same for two refreshes. */
  readonly obtainedAt: number;
  /** True when each use needs a proof of this client's key (RFC 9449). */
  readonly bound?: boolean;
  /** That key, for a storage that has no other place for it. */
  readonly proofKey?: JsonWebKey;
}

/** Where the current time comes from. Passed in, so that tests can move it. */
export interface Clock {
  now(): Date;
}

const MAX_MARGIN_MS = 30_000;
/**
 * A token that seems to live shorter than this was most likely measured with a clock that is wrong.
 */
const MIN_LIFETIME_MS = 5_000;
const FRESH_MS = 5_000;

export function isSame(one: AuthSession | null, other: AuthSession | null): boolean {
  return one?.id === other?.id && one?.obtainedAt === other?.obtainedAt;
}

/**
 * Whether the access token is about to expire. Where this device's clock is so wrong that the token
 * seemed expired when it came, never: the service's 401 then says when it is time, instead of a
 * refresh before every request.
 */
export function isRenewalDue({ tokens, obtainedAt }: AuthSession, now: number): boolean {
  if (tokens === null) return false;
  const expiresAt = Date.parse(tokens.accessTokenExpiresAt);
  const lifetime = expiresAt - obtainedAt;
  return lifetime >= MIN_LIFETIME_MS && now >= expiresAt - Math.min(MAX_MARGIN_MS, lifetime / 10);
}

/**
 * Whether the tokens came only just now, so that another refresh cannot help where they are
 * refused.
 */
export function isFresh({ obtainedAt }: AuthSession, now: number): boolean {
  return Math.abs(now - obtainedAt) < FRESH_MS;
}
