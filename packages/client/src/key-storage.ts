import { importKey } from './proof.js';
import type { AuthSession } from './session.js';

/** Where a client keeps the key that its sessions are bound to. */
export interface KeyStorage {
  /** Null: there is none yet. */
  load(): Promise<CryptoKeyPair | null>;
  /** Keeps a key unless there is one; resolves to the one that is kept. */
  keep(pair: CryptoKeyPair): Promise<CryptoKeyPair>;
}

/** Keeps the key until the page is left. */
export function memoryKeys(): KeyStorage {
  let kept: CryptoKeyPair | null = null;
  return {
    load: async () => kept,
    keep: async (pair) => {
      kept ??= pair;
      return kept;
    },
  };
}

const DATABASE = 'authgraph';
const STORE = 'keys';

/**
 * Keeps the key in IndexedDB, where it stays what it is: usable by the pages of this origin and
 * readable by nobody. Undefined where there is no IndexedDB.
 */
export function indexedDbKeys(name: string): KeyStorage | undefined {
  const { indexedDB } = globalThis;
  if (indexedDB === undefined) return undefined;
  return {
    load: () =>
      inStore(indexedDB, 'readonly', async (store) => (await settled(store.get(name))) ?? null),
    // Both in one transaction: of two tabs one makes the key.
    keep: (pair) =>
      inStore(indexedDB, 'readwrite', async (store) => {
        const present: CryptoKeyPair | undefined = await settled(store.get(name));
        if (present === undefined) await settled(store.put(pair, name));
        return present ?? pair;
      }),
  };
}

async function inStore<Result>(
  factory: IDBFactory,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<Result>,
): Promise<Result> {
  const opening = factory.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await settled(opening);
  try {
    return await work(database.transaction(STORE, mode).objectStore(STORE));
  } finally {
    database.close();
  }
}

function settled<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/**
 * For a storage that only knows sessions, as those of Node and React Native do: the key goes with
 * the session, and has to be readable for it.
 */
export class CarriedKey implements KeyStorage {
  readonly #session: () => AuthSession | null;
  #made: CryptoKeyPair | null = null;

  constructor(session: () => AuthSession | null) {
    this.#session = session;
  }

  async load(): Promise<CryptoKeyPair | null> {
    const stored = this.#session()?.proofKey;
    this.#made ??= stored === undefined ? null : await importKey(stored);
    return this.#made;
  }

  async keep(pair: CryptoKeyPair): Promise<CryptoKeyPair> {
    this.#made ??= pair;
    return this.#made;
  }
}
