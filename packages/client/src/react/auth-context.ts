'use client';

import { createContext, createElement, type ReactNode, useContext, useMemo } from 'react';
import type { AuthClient } from '../auth-client.js';
import { type AuthStore, createAuthStore } from '../auth-store.js';

interface Auth {
  readonly client: AuthClient;
  readonly store: AuthStore;
}

const AuthContext = createContext<Auth | null>(null);

export interface AuthProviderProps {
  /** The same one for as long as the app runs: make it outside of components. */
  readonly client: AuthClient;
  readonly children?: ReactNode;
}

/**
 * Hands the client to the hooks and components below it.
 *
 * @example
 * ```tsx
 * import { createAuthClient, localStorageStorage } from '@authgraph/client';
 * import { AuthProvider } from '@authgraph/client/react';
 *
 * const url = 'https://auth.example.com/graphql';
 * const auth = createAuthClient({ url, storage: localStorageStorage() });
 * export const Root = () => <AuthProvider client={auth}>the app</AuthProvider>;
 * ```
 */
export function AuthProvider({ client, children }: AuthProviderProps): ReactNode {
  const value = useMemo(() => ({ client, store: createAuthStore(client) }), [client]);
  return createElement(AuthContext.Provider, { value }, children);
}

export function useAuthContext(): Auth {
  const auth = useContext(AuthContext);
  if (auth === null)
    throw new Error('There is no <AuthProvider client={...}> above this component.');
  return auth;
}
