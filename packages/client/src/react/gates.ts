'use client';

import type { ReactNode } from 'react';
import { useAuth } from './use-auth.js';

export interface GateProps {
  readonly children?: ReactNode;
}

export interface RequireSessionProps extends GateProps {
  /** For those who are not signed in: the sign-in form, or what your router has for a redirect. */
  readonly fallback: ReactNode;
  /** Until it is known whether anybody is. Nothing unless given. */
  readonly loading?: ReactNode;
}

/**
 * What only those see who are signed in. It hides, it does not protect: the server that has the
 * data decides who gets it.
 *
 * @example
 * ```tsx
 * import { SignedIn } from '@authgraph/client/react';
 *
 * export const Menu = () => <SignedIn><a href="/account">Your account</a></SignedIn>;
 * ```
 */
export function SignedIn({ children }: GateProps): ReactNode {
  return useAuth().status === 'signed-in' ? children : null;
}

/**
 * What only those see who are not signed in.
 *
 * @example
 * ```tsx
 * import { SignedOut } from '@authgraph/client/react';
 *
 * export const Menu = () => <SignedOut><a href="/sign-in">Sign in</a></SignedOut>;
 * ```
 */
export function SignedOut({ children }: GateProps): ReactNode {
  return useAuth().status === 'signed-out' ? children : null;
}

/**
 * A page for those who are signed in, and what everybody else gets instead.
 *
 * @example
 * ```tsx
 * import { RequireSession } from '@authgraph/client/react';
 *
 * export const Account = () => (
 *   <RequireSession fallback={<a href="/sign-in">Sign in</a>} loading="...">
 *     Your account
 *   </RequireSession>
 * );
 * ```
 */
export function RequireSession({ children, fallback, loading }: RequireSessionProps): ReactNode {
  const { status } = useAuth();
  if (status === 'loading') return loading ?? null;
  return status === 'signed-in' ? children : fallback;
}
