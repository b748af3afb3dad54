import { describe, expect, it, vi } from 'vitest';
import { FairQueue } from './fair-queue.js';

const bounds = { mostInAll: 10, mostOfOne: 4, longestWait: 2_000 };
const nobody = () => {
  throw new Error('nobody waited too long');
};

function queueOf(...names: readonly string[]) {
  const queue = new FairQueue<{ from: string; since: number; name: string }>(bounds);
  const items = names.map((name) => ({ from: name.slice(0, 1), since: 0, name }));
  return { queue, items, room: items.map((item) => queue.push(item)) };
}

describe('FairQueue (requirement 36)', () => {
  it('gives everybody a turn, whoever came with many', () => {
    const { queue } = queueOf('a1', 'a2', 'a3', 'a4', 'b1', 'c1', 'c2');
    const order = Array.from({ length: 8 }, () => queue.take(0, nobody)?.name);
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', 'a4', undefined]);
    expect(queue.size).toBe(0);
  });

  it('has room for so many of one, and so many in all', () => {
    expect(queueOf('a1', 'a2', 'a3', 'a4', 'a5', 'b1').room).toEqual([
      true,
      true,
      true,
      true,
      false,
      true,
    ]);
    const crowd = 'abcdefghijkl'.split('');
    expect(queueOf(...crowd).room.filter(Boolean)).toHaveLength(10);
  });

  it('leaves out whoever has waited too long, and says so', () => {
    const { queue } = queueOf('a1', 'b1');
    queue.push({ from: 'c', since: 1_500, name: 'c1' });
    const expired = vi.fn();
    expect(queue.take(2_001, expired)?.name).toBe('c1');
    expect(expired.mock.calls.map(([{ name }]) => name)).toEqual(['a1', 'b1']);
    expect(queue.size).toBe(0);
  });

  it('forgets who has gone away', () => {
    const { queue, items } = queueOf('a1', 'b1', 'a2');
    const [first, second] = items;
    if (first === undefined || second === undefined) throw new Error('it has three');
    queue.remove(first);
    queue.remove(second);
    queue.remove(second);
    expect(queue.size).toBe(1);
    expect(queue.take(0, nobody)?.name).toBe('a2');
  });
});
