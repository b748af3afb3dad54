/**
 * What this room uses of a browser. All of it may be missing: in Node, in React Native, in a
 * sandboxed frame.
 */
interface Browser {
  readonly localStorage?: WebStorage;
  readonly location?: { readonly origin: string };
  readonly navigator?: { readonly locks?: Locks };
  readonly addEventListener?: (type: 'storage', listener: StorageListener) => void;
  readonly removeEventListener?: (type: 'storage', listener: StorageListener) => void;
}

export interface WebStorage {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

interface Locks {
  request(
    name: string,
    options: { signal: AbortSignal },
    held: () => Promise<void>,
  ): Promise<unknown>;
}

/** `key` is null when the whole storage was cleared. */
type StorageListener = (event: { readonly key: string | null }) => void;

/** Declared here rather than by the DOM's types, which the rest of the project must not see. */
export const browser = globalThis as unknown as Browser;

/** Longer than any request that a holder of the lock makes. */
const LOCK_TIMEOUT_MS = 20_000;
/**
 * What a tab writes to localStorage reaches the other tabs' processes a moment later, and on
 * another way than the lock.
 */
const SETTLE_MS = 50;

/**
 * Runs `work` while no other tab runs work of that name. Without a name, without Web Locks and when
 * the lock cannot be had, it runs at once: the service's grace window then makes one lineage of two
 * refreshes.
 */
export function inTabLock<Result>(
  name: string | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  const locks = browser.navigator?.locks;
  if (name === undefined || locks === undefined) return work();
  return new Promise((resolve, reject) => {
    const waiting = new AbortController();
    const timer = setTimeout(() => waiting.abort(), LOCK_TIMEOUT_MS);
    const held = async () => {
      clearTimeout(timer);
      await work().then(resolve, reject);
      await new Promise((settled) => setTimeout(settled, SETTLE_MS));
    };
    locks.request(name, { signal: waiting.signal }, held).catch(() => {
      clearTimeout(timer);
      work().then(resolve, reject);
    });
  });
}
