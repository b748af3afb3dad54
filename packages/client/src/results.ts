import type { Tokens } from './session.js';

/**
 * What the service's mutations answer: the members of its result unions, told apart by
 * `__typename`.
 */

export interface User {
  readonly id: string;
  readonly email: string | null;
  readonly emailVerified: boolean | null;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly roles: readonly string[] | null;
}

interface Problem<Name extends string> {
  readonly __typename: Name;
  /** For people. */
  readonly message: string;
}

export interface SignedIn {
  readonly __typename: 'SignedIn';
  readonly user: User;
  readonly session: { readonly id: string };
  /** Null when they were delivered as cookies. */
  readonly tokens: Tokens | null;
}

export interface SessionRefreshed {
  readonly __typename: 'SessionRefreshed';
  readonly session: { readonly id: string };
  /** Null when they were delivered as cookies. */
  readonly tokens: Tokens | null;
}

export interface SignedOut {
  readonly __typename: 'SignedOut';
  /** How many sessions this call ended. */
  readonly endedSessions: number;
}

export type InvalidEmail = Problem<'InvalidEmail'>;
export type EmailTaken = Problem<'EmailTaken'>;
export type InvalidCredentials = Problem<'InvalidCredentials'>;

export type PasswordWeakness = 'TOO_SHORT' | 'TOO_LONG' | 'COMMON' | 'CONTAINS_EMAIL';

export interface WeakPassword extends Problem<'WeakPassword'> {
  readonly reasons: readonly PasswordWeakness[];
  readonly minimumLength: number;
}

export interface RateLimited extends Problem<'RateLimited'> {
  readonly retryAfterSeconds: number;
}

export type RefreshRejection = 'MISSING' | 'MALFORMED' | 'EXPIRED' | 'REVOKED' | 'REUSED';

export interface RefreshRejected extends Problem<'RefreshRejected'> {
  readonly reason: RefreshRejection;
}

export type SignUpResult = SignedIn | InvalidEmail | WeakPassword | EmailTaken | RateLimited;
export type SignInResult = SignedIn | InvalidCredentials | RateLimited;
export type RefreshSessionResult = SessionRefreshed | RefreshRejected | RateLimited;
export type SignOutResult = SignedOut;
