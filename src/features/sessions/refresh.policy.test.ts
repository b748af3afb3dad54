import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { addSeconds } from '../../kernel/clock.js';
import { judgeRefreshToken, type Presenter, type StoredLineage } from './refresh.policy.js';
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
  userAgent: 'browser',
  keyThumbprint: null,
};
const presenter: Presenter = {
  now,
  graceSeconds: GRACE,
  userAgent: 'browser',
  proofKey: null,
  bearerAllowed: true,
};

function judge(
  generation: number,
  secret: Buffer,
  change: Partial<StoredLineage> = {},
  by: Partial<Presenter> = {},
) {
  const token = { sessionId: 'any', generation, secret };
  return judgeRefreshToken(token, { ...live, ...change }, { ...presenter, ...by });
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
    expect(judge(4, previous, {}, { graceSeconds: 0 })).toBe('reused');
  });

  it('takes any older token for stolen, the grace window notwithstanding (requirement 12)', () => {
    expect(judge(3, ancient)).toBe('reused');
    expect(judge(0, ancient, {}, { graceSeconds: 300 })).toBe('reused');
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

  it('forgives nobody else than the program that rotated (requirement 37)', () => {
    expect(judge(4, previous, {}, { userAgent: 'curl' })).toBe('reused');
    expect(judge(4, previous, {}, { userAgent: null })).toBe('reused');
    expect(judge(4, previous, { userAgent: null }, { userAgent: null })).toBe('within-grace');
    expect(judge(5, current, {}, { userAgent: 'curl' })).toBe('current');
  });

  it('takes no token of a bound session from whoever does not prove its key, whichever it is', () => {
    const bound = { keyThumbprint: 'a key' };
    const other = { proofKey: 'another key' };
    for (const [generation, secret] of [
      [5, current],
      [4, previous],
      [3, ancient],
    ] as const) {
      expect(judge(generation, secret, bound)).toBe('unproven');
      expect(judge(generation, secret, bound, other)).toBe('unproven');
    }
    expect(judge(5, current, bound, { proofKey: 'a key' })).toBe('current');
    expect(judge(4, previous, bound, { proofKey: 'a key', userAgent: 'updated' })).toBe(
      'within-grace',
    );
    expect(judge(3, ancient, bound, { proofKey: 'a key' })).toBe('reused');
  });

  it('takes none of a bearer session where those are not allowed', () => {
    const strict = { bearerAllowed: false };
    expect(judge(5, current, {}, strict)).toBe('unproven');
    expect(judge(5, current, {}, { ...strict, proofKey: 'a key' })).toBe('unproven');
  });

  it('tells a forger nothing about the session', () => {
    expect(judge(5, previous, { endedAt: now })).toBe('forged');
    expect(judge(5, previous, { expiresAt: now })).toBe('forged');
  });
});
