import { browser, type WebStorage } from './browser.js';
import { indexedDbKeys, type KeyStorage, memoryKeys } from './key-storage.js';
import type { AuthSession } from './session.js';

/**
 * Where a client keeps its session. Methods may be asynchronous, as React Native's storages are.
 */
export interface TokenStorage {
  load(): AuthSession | null | Promise<AuthSession | null>;
  /** Null: there is no session any more. */
  save(session: AuthSession | null): void | Promise<void>;
  /**
   * A name that is the same in every tab that sees the same stored session. Without it the session
   * is this client's own.
   */
  readonly sharedAs?: string;
  /** Calls `changed` after another tab has saved, until the returned function is called. */
  watch?(changed: () => void): () => void;
  /**
   * Where the key is kept that sessions are bound to; with the session, as a JWK, where this is
   * left out. Null: nowhere, so that sessions are bound to none.
   */
  readonly keys?: KeyStorage | null;
  /**
   * Where what the service knows this device by is kept, over sign-outs too: strangers who guess
   * the password cannot keep this device out then.
   */
  readonly device?: DeviceStorage;
}

/** Keeps one text. */
export interface DeviceStorage {
  load(): string | null | Promise<string | null>;
  save(token: string): void | Promise<void>;
}

/**
 * Keeps the session until the page is left. Nothing that is injected later can read it from a
 * storage.
 *
 * @example
 * ```ts
 * import { createAuthClient, memoryStorage } from '@authgraph/client';
 *
 * const url = 'https://auth.example.com/graphql';
 * export const auth = createAuthClient({ url, storage: memoryStorage() });
 * ```
 */
export function memoryStorage(): TokenStorage {
  let kept: AuthSession | null = null;
  let device: string | null = null;
  return {
    keys: memoryKeys(),
    device: {
      load: () => device,
      save: (token) => {
        device = token;
      },
    },
    load: () => kept,
    save: (session) => {
      kept = session;
    },
  };
}

/**
 * Keeps the session in localStorage: it outlives the page, and all tabs of the origin share it. In
 * memory where there is none.
 *
 * @example
 * ```ts
 * import { createAuthClient, localStorageStorage } from '@authgraph/client';
 *
 * const url = 'https://auth.example.com/graphql';
 * export const auth = createAuthClient({ url, storage: localStorageStorage() });
 * ```
 */
export function localStorageStorage(key = 'authgraph'): TokenStorage {
  const storage = usableLocalStorage();
  if (storage === undefined) return memoryStorage();
  return {
    sharedAs: key,
    keys: indexedDbKeys(key) ?? null,
    device: {
      load: () => storage.getItem(`${key}:device`),
      save: (token) => storage.setItem(`${key}:device`, token),
    },
    load: () => parse(storage.getItem(key)),
    save: (session) =>
      session === null ? storage.removeItem(key) : storage.setItem(key, JSON.stringify(session)),
    watch: (changed) => {
      const listener = (event: { readonly key: string | null }) => {
        if (event.key === key || event.key === null) changed();
      };
      browser.addEventListener?.('storage', listener);
      return () => browser.removeEventListener?.('storage', listener);
    },
  };
}

function usableLocalStorage(): WebStorage | undefined {
  try {
    return browser.localStorage;
  } catch {
    return undefined; // a page without an origin, or a user who blocks it
  }
}

function parse(text: string | null): AuthSession | null {
  try {
    const value: Partial<AuthSession> | null = JSON.parse(text ?? 'null');
    if (typeof value?.id !== 'string' || typeof value.obtainedAt !== 'number') return null;
    const { id, obtainedAt, tokens = null, bound } = value;
    return { id, obtainedAt, tokens, ...(bound === undefined ? {} : { bound }) };
  } catch {
    return null;
  }
}
