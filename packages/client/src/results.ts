import type {
  AcceptInvitationMutation,
  ChangePasswordMutation,
  DeleteMyAccountMutation,
  MeQuery,
  MySessionsQuery,
  RefreshSessionMutation,
  RequestEmailChangeMutation,
  RequestPasswordResetMutation,
  ResetPasswordMutation,
  RevokeSessionMutation,
  SignInMutation,
  SignOutMutation,
  SignUpMutation,
  UpdateMyMetadataMutation,
  VerifyEmailMutation,
} from './generated/operations.js';

export type { PasswordWeakness, RefreshRejection, TokenRejection } from './generated/operations.js';

/**
 * What the service's mutations answer: the members of its result unions, told apart by
 * `__typename`. Times are ISO 8601, UTC; tokens are null when they were delivered as cookies.
 */
export type SignUpResult = SignUpMutation['result'];
export type SignInResult = SignInMutation['result'];
export type RefreshSessionResult = RefreshSessionMutation['result'];
export type SignOutResult = SignOutMutation['result'];
export type RequestResult = RequestPasswordResetMutation['result'];
export type ResetPasswordResult = ResetPasswordMutation['result'];
export type ChangePasswordResult = ChangePasswordMutation['result'];
export type VerifyEmailResult = VerifyEmailMutation['result'];
export type RequestEmailChangeResult = RequestEmailChangeMutation['result'];
export type AcceptInvitationResult = AcceptInvitationMutation['result'];
export type RevokeSessionResult = RevokeSessionMutation['result'];
export type UpdateMetadataResult = UpdateMyMetadataMutation['result'];
export type SessionPage = NonNullable<NonNullable<MySessionsQuery['result']>['sessions']>;
export type DeleteAccountResult = DeleteMyAccountMutation['result'];

export type User = NonNullable<MeQuery['result']>;
export type SignedIn = Member<SignInResult, 'SignedIn'>;
export type SessionRefreshed = Member<RefreshSessionResult, 'SessionRefreshed'>;
export type SignedOut = Member<SignOutResult, 'SignedOut'>;
export type InvalidEmail = Member<SignUpResult, 'InvalidEmail'>;
export type WeakPassword = Member<SignUpResult, 'WeakPassword'>;
export type EmailTaken = Member<SignUpResult, 'EmailTaken'>;
export type InvalidCredentials = Member<SignInResult, 'InvalidCredentials'>;
export type RateLimited = Member<SignInResult, 'RateLimited'>;
export type ChallengeRequired = Member<SignInResult, 'ChallengeRequired'>;
export type TokenRejected = Member<ResetPasswordResult, 'TokenRejected'>;
export type RefreshRejected = Member<RefreshSessionResult, 'RefreshRejected'>;

type Member<Result, Name> = Extract<Result, { readonly __typename: Name }>;
