/** What waits, for whom and since when. */
export interface Waiting {
  /** Whose turn it is: an address, or nobody's in particular. */
  readonly from: string;
  /** On the clock of `take`. */
  readonly since: number;
}

export interface FairQueueBounds {
  readonly mostInAll: number;
  readonly mostOfOne: number;
  readonly longestWait: number;
}

/**
 * A queue in which everybody has a turn, so that whoever sends a thousand keeps nobody waiting but
 * themselves. Short, since an answer that comes too late is of no use. Pure.
 */
export class FairQueue<Item extends Waiting> {
  readonly #bounds: FairQueueBounds;
  /** In the order of their next turns. */
  readonly #lines = new Map<string, Item[]>();
  #size = 0;

  constructor(bounds: FairQueueBounds) {
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#size;
  }

  /** False when there is no room for it. */
  push(item: Item): boolean {
    const line = this.#lines.get(item.from) ?? [];
    const { mostInAll, mostOfOne } = this.#bounds;
    if (this.#size >= mostInAll || line.length >= mostOfOne) return false;
    line.push(item);
    this.#lines.set(item.from, line);
    this.#size += 1;
    return true;
  }

  /** The next one, if any; `expired` hears of those that have waited too long. */
  take(now: number, expired: (item: Item) => void): Item | undefined {
    for (;;) {
      const [next] = this.#lines;
      if (next === undefined) return undefined;
      const [from, line] = next;
      const item = line.shift();
      this.#lines.delete(from);
      if (line.length > 0) this.#lines.set(from, line); // behind everybody else
      if (item === undefined) continue;
      this.#size -= 1;
      if (now - item.since <= this.#bounds.longestWait) return item;
      expired(item);
    }
  }

  /** Takes out one that nobody waits for any more. */
  remove(item: Item): void {
    const line = this.#lines.get(item.from) ?? [];
    const place = line.indexOf(item);
    if (place < 0) return;
    line.splice(place, 1);
    this.#size -= 1;
    if (line.length === 0) this.#lines.delete(item.from);
  }
}
