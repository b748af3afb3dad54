import { describe, expect, it } from 'vitest';
import { createSeal, deriveKey } from './master-secret.js';
import { systemRandomness } from './randomness.js';

const key = deriveKey('a master secret', 'signing-keys');
const seal = createSeal(key, systemRandomness);

describe('deriveKey', () => {
  it('makes another key for each purpose and each secret, always the same', () => {
    expect(key).toHaveLength(32);
    expect(deriveKey('a master secret', 'signing-keys')).toEqual(key);
    expect(deriveKey('a master secret', 'refresh-token-mac')).not.toEqual(key);
    expect(deriveKey('a master secreT', 'signing-keys')).not.toEqual(key);
  });
});

describe('createSeal', () => {
  it('opens what it sealed, and seals the same text differently each time', () => {
    const box = seal.seal('private ✉', 'here');
    expect(seal.open(box, 'here')).toBe('private ✉');
    expect(seal.seal('private ✉', 'here')).not.toEqual(box);
    expect(box.includes('private')).toBe(false);
  });

  it('opens nothing under another key or another context', () => {
    const box = seal.seal('private', 'here');
    expect(() => seal.open(box, 'there')).toThrow();
    expect(() => createSeal(deriveKey('another', 'signing-keys'), systemRandomness).open(box, 'here')).toThrow();
  });

  it('opens nothing that was cut or changed by a bit', () => {
    const box = seal.seal('private', 'here');
    for (let bit = 0; bit < box.length * 8; bit += 1) {
      const changed = Buffer.from(box);
      changed[bit >> 3] = (changed[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => seal.open(changed, 'here'), `bit ${bit}`).toThrow();
    }
    for (let length = 0; length < box.length; length += 1) expect(() => seal.open(box.subarray(0, length), 'here')).toThrow();
  });
});
