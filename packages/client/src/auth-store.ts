import type { AuthClient } from './auth-client.js';
import type { AuthSession } from './session.js';

/** `loading` until it is known whether anybody is signed in, and on a server. */
export type AuthStatus = 'loading' | 'signed-in' | 'signed-out';

/** The same object until something changes, as rendering libraries want it. */
export interface AuthSnapshot {
  readonly status: AuthStatus;
  /** Null unless the status is `signed-in`. */
  readonly session: AuthSession | null;
}

export interface AuthStore {
  readonly snapshot: AuthSnapshot;
  /** What a server renders, and a browser first over it: there is no session yet. */
  readonly serverSnapshot: AuthSnapshot;
  /**
   * Calls `changed` whenever `snapshot` is another one, until the returned function is called. The
   * first subscription looks for the session of an earlier visit.
   */
  subscribe(changed: () => void): () => void;
}

const LOADING: AuthSnapshot = { status: 'loading', session: null };
const SIGNED_OUT: AuthSnapshot = { status: 'signed-out', session: null };

/**
 * The client's session as a store that any rendering library can follow. `@authgraph/client/react`
 * is made of it.
 *
 * @example
 * ```ts
 * import { createAuthClient, createAuthStore } from '@authgraph/client';
 *
 * const store = createAuthStore(createAuthClient({ url: 'https://auth.example.com/graphql' }));
 * const unsubscribe = store.subscribe(() => console.log(store.snapshot.status));
 * unsubscribe();
 * ```
 */
export function createAuthStore(client: AuthClient): AuthStore {
  const listeners = new Set<() => void>();
  let wasAsked = false;
  let isKnown = false;
  let last = LOADING;

  /** For a session that only the storage or the cookies know of, and one whose cookies are gone. */
  async function look(): Promise<void> {
    try {
      await client.keeper.settled();
      if (client.cookies) await client.me();
    } catch {
      // Without an answer nobody is signed in as far as this page can tell.
    } finally {
      isKnown = true;
      for (const changed of listeners) changed();
    }
  }

  return {
    serverSnapshot: LOADING,
    get snapshot() {
      const { session } = client;
      if (session === null) last = isKnown ? SIGNED_OUT : LOADING;
      else if (session !== last.session) last = { status: 'signed-in', session };
      return last;
    },
    subscribe(changed) {
      const listener = () => changed();
      const unsubscribe = client.subscribe(listener);
      listeners.add(listener);
      if (!wasAsked) void look();
      wasAsked = true;
      return () => {
        unsubscribe();
        listeners.delete(listener);
      };
    },
  };
}
