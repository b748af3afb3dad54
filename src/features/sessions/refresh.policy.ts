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
  /** Of whoever rotated last. */
  readonly userAgent: string | null;
  /** Of the key that the session is bound to; null for a bearer session. */
  readonly keyThumbprint: string | null;
}

/** Who presents a token, when, and by what rules. */
export interface Presenter {
  readonly now: Date;
  readonly graceSeconds: number;
  readonly userAgent: string | null;
  /** Of the key that they proved to hold. */
  readonly proofKey: string | null;
  /** Whether a session that is bound to no key may go on. */
  readonly bearerAllowed: boolean;
}

/** What a presented token is, after MAC and form were found right. */
export type Presented =
  /** The one that is valid now. */
  | 'current'
  /** Spent a moment ago: a parallel tab, a retry, or an answer that was lost on its way. */
  | 'within-grace'
  /** Spent earlier, or by another client: somebody has a copy. */
  | 'reused'
  /** Of a session that is bound to a key which the caller did not prove to hold (RFC 9449). */
  | 'unproven'
  | 'expired'
  | 'ended'
  /** Carries our MAC but not our secret: not something that this service issued. */
  | 'forged';

/** Decides what a presented refresh token is (RFC 9700 section 4.14.2). Pure. */
export function judgeRefreshToken(
  token: RefreshToken,
  stored: StoredLineage,
  presenter: Presenter,
): Presented {
  const behind = stored.generation - token.generation;
  const expectedHash =
    behind === 0 ? stored.currentHash : behind === 1 ? stored.previousHash : undefined;
  if (behind < 0) return 'forged';
  if (expectedHash !== undefined && !hasHash(token, expectedHash)) return 'forged';
  if (stored.endedAt !== null) return 'ended';
  if (stored.expiresAt <= presenter.now) return 'expired';
  // Before all else: without the key a stolen token must not even tell on its owner.
  if (!isProven(stored, presenter)) return 'unproven';
  if (behind === 0) return 'current';
  return behind === 1 && isWithinGrace(stored, presenter) ? 'within-grace' : 'reused';
}

function hasHash(token: RefreshToken, hash: Uint8Array | null): boolean {
  return hash !== null && timingSafeEqual(hashSecret(token.secret), hash);
}

function isProven(
  { keyThumbprint }: StoredLineage,
  { proofKey, bearerAllowed }: Presenter,
): boolean {
  return keyThumbprint === null ? bearerAllowed : keyThumbprint === proofKey;
}

/** A bearer token proves nothing of its holder; the least is that it is the same program. */
function isWithinGrace(
  { rotatedAt, keyThumbprint, userAgent }: StoredLineage,
  presenter: Presenter,
): boolean {
  if (rotatedAt === null || presenter.graceSeconds === 0) return false;
  const isSameClient = keyThumbprint !== null || userAgent === presenter.userAgent;
  return isSameClient && presenter.now <= addSeconds(rotatedAt, presenter.graceSeconds);
}
