import { timingSafeEqual } from 'node:crypto';
import { addSeconds } from '../../kernel/clock.js';
import { hashSecret, type RefreshToken } from './refresh-token.js';

/** What is stored of a session's refresh tokens. */
export interface StoredLineage {
  readonly generation: number;
  readonly currentHash: Uint8Array;
  readonly previousHash: Uint8Array | null;
  readonly rotatedAt: Date | null;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

/** What a presented token is, after MAC and form were found right. */
export type Presented =
  /** The one that is valid now. */
  | 'current'
  /** Spent a moment ago: a parallel tab, a retry, or an answer that was lost on its way. */
  | 'within-grace'
  /** Spent earlier: somebody kept a copy. */
  | 'reused'
  | 'expired'
  | 'ended'
  /** Carries our MAC but not our secret: not something that this service issued. */
  | 'forged';

/** Decides what a presented refresh token is (RFC 9700 section 4.14.2). Pure. */
export function judgeRefreshToken(
  token: RefreshToken,
  stored: StoredLineage,
  now: Date,
  graceSeconds: number,
): Presented {
  const behind = stored.generation - token.generation;
  const expectedHash =
    behind === 0 ? stored.currentHash : behind === 1 ? stored.previousHash : undefined;
  if (behind < 0) return 'forged';
  if (expectedHash !== undefined && !hasHash(token, expectedHash)) return 'forged';
  if (stored.endedAt !== null) return 'ended';
  if (stored.expiresAt <= now) return 'expired';
  if (behind === 0) return 'current';
  return behind === 1 && isWithinGrace(stored.rotatedAt, now, graceSeconds)
    ? 'within-grace'
    : 'reused';
}

function hasHash(token: RefreshToken, hash: Uint8Array | null): boolean {
  return hash !== null && timingSafeEqual(hashSecret(token.secret), hash);
}

function isWithinGrace(rotatedAt: Date | null, now: Date, graceSeconds: number): boolean {
  return rotatedAt !== null && graceSeconds > 0 && now <= addSeconds(rotatedAt, graceSeconds);
}
