import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addSeconds } from '../../kernel/clock.js';
import { judgeRefreshToken, type StoredLineage } from './refresh.policy.js';
import { hashSecret } from './refresh-token.js';

const GRACE = 10;
const now = new Date('2026-11-21T12:00:00Z');
const [current, previous, ancient] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const live: StoredLineage = {
  generation: 5,
  currentHash: hashSecret(current),
  previousHash: hashSecret(previous),
  rotatedAt: now,
  expiresAt: addSeconds(now, 3_600),
  endedAt: null,
};

function judge(
  generation: number,
  secret: Buffer,
  change: Partial<StoredLineage> = {},
  graceSeconds = GRACE,
) {
  return judgeRefreshToken(
    { sessionId: 'any', generation, secret },
    { ...live, ...change },
    now,
    graceSeconds,
  );
}

describe('judgeRefreshToken', () => {
  it('knows the current token', () => {
    expect(judge(5, current)).toBe('current');
  });

  it('forgives the immediate predecessor until the grace window closes, its last moment included', () => {
    expect(judge(4, previous)).toBe('within-grace');
    expect(judge(4, previous, { rotatedAt: addSeconds(now, -GRACE) })).toBe('within-grace');
    expect(judge(4, previous, { rotatedAt: addSeconds(now, -GRACE - 0.001) })).toBe('reused');
  });

  it('forgives nothing when the grace window is 0', () => {
    expect(judge(4, previous, {}, 0)).toBe('reused');
  });

  it('takes any older token for stolen, the grace window notwithstanding (requirement 12)', () => {
    expect(judge(3, ancient)).toBe('reused');
    expect(judge(0, ancient, {}, 300)).toBe('reused');
  });

  it('takes a right MAC over a wrong secret for a forgery, which ends nothing (requirement 9)', () => {
    expect(judge(5, previous)).toBe('forged');
    expect(judge(4, current)).toBe('forged');
    expect(judge(4, previous, { previousHash: null })).toBe('forged');
    expect(judge(6, randomBytes(32))).toBe('forged');
  });

  it('says that an ended session has ended, and an expired one has expired, to whoever holds a token of it', () => {
    expect(judge(5, current, { endedAt: now })).toBe('ended');
    expect(judge(4, previous, { endedAt: now })).toBe('ended');
    expect(judge(3, ancient, { endedAt: now })).toBe('ended');
    expect(judge(5, current, { expiresAt: now })).toBe('expired');
    expect(judge(5, current, { expiresAt: now, endedAt: now })).toBe('ended');
  });

  it('tells a forger nothing about the session', () => {
    expect(judge(5, previous, { endedAt: now })).toBe('forged');
    expect(judge(5, previous, { expiresAt: now })).toBe('forged');
  });
});
