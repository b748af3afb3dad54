'use client';

import { useSyncExternalStore } from 'react';
import type { AuthClient } from '../auth-client.js';
import type { AuthSnapshot } from '../auth-store.js';
import type { AuthSession } from '../session.js';
import { useAuthContext } from './auth-context.js';

/** Who is signed in, and the client's calls. */
export interface UseAuth extends AuthSnapshot, Pick<AuthClient, 'signUp' | 'signIn' | 'signOut'> {
  readonly client: AuthClient;
}

/**
 * Whether somebody is signed in, and what signs them in and out. Renders again when that changes,
 * in another tab too.
 *
 * @example
 * ```tsx
 * import { useAuth } from '@authgraph/client/react';
 *
 * export function SignOutButton() {
 *   const { status, signOut } = useAuth();
 *   if (status !== 'signed-in') return null;
 *   return <button onClick={() => signOut()}>Sign out</button>;
 * }
 * ```
 */
export function useAuth(): UseAuth {
  const { client, store } = useAuthContext();
  const snapshot = useSyncExternalStore(
    store.subscribe,
    () => store.snapshot,
    () => store.serverSnapshot,
  );
  const { signUp, signIn, signOut } = client;
  return { ...snapshot, client, signUp, signIn, signOut };
}

/**
 * The session; null when nobody is signed in, and until that is known.
 *
 * @example
 * ```tsx
 * import { useSession } from '@authgraph/client/react';
 *
 * export const SessionId = () => <code>{useSession()?.id ?? 'none'}</code>;
 * ```
 */
export function useSession(): AuthSession | null {
  return useAuth().session;
}
