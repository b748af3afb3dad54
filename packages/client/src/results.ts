import type {
  MeQuery,
  RefreshSessionMutation,
  SignInMutation,
  SignOutMutation,
  SignUpMutation,
} from './generated/operations.js';

export type { PasswordWeakness, RefreshRejection } from './generated/operations.js';

/**
 * What the service's mutations answer: the members of its result unions, told apart by
 * `__typename`. Times are ISO 8601, UTC; tokens are null when they were delivered as cookies.
 */
export type SignUpResult = SignUpMutation['result'];
export type SignInResult = SignInMutation['result'];
export type RefreshSessionResult = RefreshSessionMutation['result'];
export type SignOutResult = SignOutMutation['result'];

export type User = NonNullable<MeQuery['result']>;
export type SignedIn = Member<SignInResult, 'SignedIn'>;
export type SessionRefreshed = Member<RefreshSessionResult, 'SessionRefreshed'>;
export type SignedOut = Member<SignOutResult, 'SignedOut'>;
export type InvalidEmail = Member<SignUpResult, 'InvalidEmail'>;
export type WeakPassword = Member<SignUpResult, 'WeakPassword'>;
export type EmailTaken = Member<SignUpResult, 'EmailTaken'>;
export type InvalidCredentials = Member<SignInResult, 'InvalidCredentials'>;
export type RateLimited = Member<SignInResult, 'RateLimited'>;
export type RefreshRejected = Member<RefreshSessionResult, 'RefreshRejected'>;

type Member<Result, Name> = Extract<Result, { readonly __typename: Name }>;
