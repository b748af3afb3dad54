import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idFromBytes, idsFrom, idToBytes, isId } from './ids.js';
import { systemRandomness } from './randomness.js';

describe('an id', () => {
  let now = Date.UTC(2026, 0, 1);
  const newId = idsFrom({ now: () => new Date(now) }, systemRandomness);

  it('is a UUIDv7 of the clock that was given, so that ids sort by time', () => {
    const first = newId();
    expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(Number.parseInt(first.replaceAll('-', '').slice(0, 12), 16)).toBe(now);
    now += 1;
    expect(newId() > first).toBe(true);
  });

  it('is never made twice, and sorts by when it was made, even in one millisecond', () => {
    const ids = Array.from({ length: 1_000 }, newId);
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('is the same after a journey through bytes', () => {
    fc.assert(
      fc.property(fc.uuid(), (id) => {
        expect(idFromBytes(idToBytes(id))).toBe(id);
        expect(isId(id)).toBe(true);
      }),
    );
  });

  it.each([
    '',
    'x',
    '0',
    "' or 1=1 --",
    '0193a5c0-0000-7000-8000-00000000000',
    '0193a5c000007000800000000000001',
    '{}',
    '\0',
  ])('is not "%s"', (text) => {
    expect(isId(text)).toBe(false);
  });
});
