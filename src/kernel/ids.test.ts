import { describe, expect, it } from 'vitest';
import { idFromBytes, idsFrom, idToBytes, isId } from './ids.js';
import { systemRandomness } from './randomness.js';

const clock = { now: () => new Date('2026-11-21T12:00:00Z') };

describe('ids', () => {
  it('are UUIDs of version 7 that carry the clock and differ', () => {
    const newId = idsFrom(clock, systemRandomness);
    const ids = Array.from({ length: 1_000 }, newId);
    expect(new Set(ids).size).toBe(1_000);
    for (const id of ids) {
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
      expect(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(clock.now().getTime());
    }
  });

  it('survive the way through bytes', () => {
    const id = idsFrom(clock, systemRandomness)();
    expect(idFromBytes(idToBytes(id))).toBe(id);
  });

  it.each(['', 'x', "' or 1=1 --", '019d0000-0000-7000-8000-00000000000', '{019d0000-0000-7000-8000-000000000000}', '\0'])(
    'are not %j',
    (text) => {
      expect(isId(text)).toBe(false);
    },
  );
});
