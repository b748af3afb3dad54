import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { systemRandomness } from './randomness.js';
import { deriveKey, Secrets } from './secrets.js';

const seal = new Secrets(['the secret'], systemRandomness).seal('a purpose');

describe('a key derived from the master secret', () => {
  it('has 256 bits, is the same each time, and another for another purpose or secret', () => {
    const key = deriveKey('the secret', 'a purpose');
    expect(key).toHaveLength(32);
    expect(deriveKey('the secret', 'a purpose')).toEqual(key);
    expect(deriveKey('the secret', 'another purpose')).not.toEqual(key);
    expect(deriveKey('another secret', 'a purpose')).not.toEqual(key);
  });
});

describe('a seal', () => {
  it('opens what it sealed, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (text, context) => {
        expect(seal.open(seal.seal(text, context), context)).toBe(text);
      }),
    );
  });

  it('never writes the same box twice, nor the text in the clear', () => {
    const boxes = [seal.seal('a text to hide', 'c'), seal.seal('a text to hide', 'c')];
    expect(boxes[0]).not.toEqual(boxes[1]);
    for (const box of boxes) expect(box.toString('latin1')).not.toContain('a text');
  });

  it('opens nothing under another key or context, and nothing that was changed or cut anywhere', () => {
    const box = seal.seal('a text', 'context');
    expect(() => seal.open(box, 'another context')).toThrow();
    expect(() =>
      new Secrets(['another secret'], systemRandomness).seal('a purpose').open(box, 'context'),
    ).toThrow();
    for (let index = 0; index < box.length; index++) {
      const changed = Buffer.from(box);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => seal.open(changed, 'context')).toThrow();
      expect(() => seal.open(box.subarray(0, index), 'context')).toThrow();
    }
  });
});

describe('several secrets', () => {
  const before = new Secrets(['old'], systemRandomness);
  const during = new Secrets(['new', 'old'], systemRandomness);
  const after = new Secrets(['new'], systemRandomness);

  it('open what any of them sealed, and seal with the newest', () => {
    const old = before.seal('p').seal('text', 'c');
    expect(during.seal('p').open(old, 'c')).toBe('text');
    expect(during.seal('p').isOutdated(old, 'c')).toBe(true);
    const anew = during.seal('p').seal('text', 'c');
    expect(during.seal('p').isOutdated(anew, 'c')).toBe(false);
    expect(after.seal('p').open(anew, 'c')).toBe('text');
    expect(() => after.seal('p').open(old, 'c')).toThrow();
  });

  it('make MACs with the newest, which comes first', () => {
    expect(during.macKeys('p')).toEqual([...after.macKeys('p'), ...before.macKeys('p')]);
  });
});
