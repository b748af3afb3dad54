import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../kernel/clock.js';
import { idsFrom } from '../../kernel/ids.js';
import { systemRandomness } from '../../kernel/randomness.js';
import {
  hashSecret,
  type RefreshToken,
  refreshTokenFormat,
  SECRET_SIZE,
  successorSecret,
} from './refresh-token.js';

const newId = idsFrom(systemClock, systemRandomness);
const macKey = randomBytes(32);
/** The format within one realm. */
function formatOf(key: Buffer, realmId: string) {
  const realm = { id: realmId, issuer: 'http://localhost', settings: {} };
  const { write, read } = refreshTokenFormat([key]);
  return {
    write: (one: RefreshToken) => write(realm, one),
    read: (text: string) => read(realm, text),
  };
}

const format = formatOf(macKey, 'default');
const token = { sessionId: newId(), generation: 7, secret: systemRandomness(SECRET_SIZE) };
const text = format.write(token);
const PREFIX = 'ag_rt_';
const bytes = Buffer.from(text.slice(PREFIX.length), 'base64url');

describe('refreshTokenFormat', () => {
  it('reads back what it wrote, for every generation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 0xffff_ffff }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (generation, secret) => {
          const one = { sessionId: token.sessionId, generation, secret: Buffer.from(secret) };
          expect(format.read(format.write(one))).toEqual(one);
        },
      ),
    );
  });

  it('carries 256 bits of secret, twice what is asked for (requirement 9)', () => {
    expect(SECRET_SIZE * 8).toBe(256);
    expect(text).toMatch(/^ag_rt_[A-Za-z0-9_-]{91}$/);
  });

  it('refuses a token with any one of its bits changed', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(format.read(PREFIX + changed.toString('base64url')), `bit ${bit}`).toBeUndefined();
    }
  });

  it('refuses every other text of the same bytes, and every text that is cut, longer or changed', () => {
    const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const last = base64url.indexOf(text.at(-1) ?? '');
    // 68 bytes fill 90 characters and 4 bits: the last character has spare bits that a lenient
    // decoder drops.
    for (let spare = 1; spare < 4; spare += 1) {
      const twin = text.slice(0, -1) + base64url[last ^ spare];
      expect(Buffer.from(twin.slice(PREFIX.length), 'base64url')).toEqual(bytes);
      expect(format.read(twin)).toBeUndefined();
    }
    for (const other of [
      `${text}=`,
      ` ${text}`,
      `${text}\n`,
      text.slice(PREFIX.length),
      text.toUpperCase(),
      text.replace('ag_rt_', 'ag-rt-'),
    ]) {
      expect(format.read(other), other).toBeUndefined();
    }
    for (let length = 0; length < text.length; length += 1)
      expect(format.read(text.slice(0, length))).toBeUndefined();
  });

  it('reads no arbitrary text', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.base64String({ minLength: 88, maxLength: 92 })),
        (other) => {
          expect(format.read(other)).toBeUndefined();
          expect(format.read(PREFIX + other)).toBeUndefined();
        },
      ),
    );
  });

  it('does not read what another key or another realm wrote', () => {
    expect(formatOf(randomBytes(32), 'default').read(text)).toBeUndefined();
    expect(formatOf(macKey, 'other').read(text)).toBeUndefined();
  });
});

describe('successorSecret', () => {
  it('is the same for one spent secret and nonce, and another for each other', () => {
    const [spent, nonce] = [randomBytes(32), randomBytes(32)];
    const successor = successorSecret(spent, nonce);
    expect(successorSecret(spent, nonce)).toEqual(successor);
    expect(successor).toHaveLength(SECRET_SIZE);
    expect(successorSecret(randomBytes(32), nonce)).not.toEqual(successor);
    expect(successorSecret(spent, randomBytes(32))).not.toEqual(successor);
  });

  it('cannot be computed from what the database holds', () => {
    const [spent, nonce] = [randomBytes(32), randomBytes(32)];
    expect(successorSecret(hashSecret(spent), nonce)).not.toEqual(successorSecret(spent, nonce));
  });
});
