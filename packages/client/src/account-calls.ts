import {
  ACCEPT_INVITATION,
  CHANGE_PASSWORD,
  CONFIRM_EMAIL_CHANGE,
  DELETE_MY_ACCOUNT,
  REQUEST_EMAIL_CHANGE,
  REQUEST_EMAIL_VERIFICATION,
  REQUEST_PASSWORD_RESET,
  RESET_PASSWORD,
  VERIFY_EMAIL,
} from './generated/operations.js';
import type {
  AcceptInvitationResult,
  ChangePasswordResult,
  DeleteAccountResult,
  RequestEmailChangeResult,
  RequestResult,
  ResetPasswordResult,
  VerifyEmailResult,
} from './results.js';
import { send, type Transport } from './send-operation.js';
import type { SessionKeeper } from './session-keeper.js';
import type { SessionState } from './session-state.js';

/** What users do with their account. Links in mails carry the tokens. */
export interface AccountCalls {
  /** The same answer whether or not the address has an account. */
  requestPasswordReset(email: string): Promise<RequestResult>;
  /** Ends all of the user's sessions. */
  resetPassword(input: {
    readonly token: string;
    readonly newPassword: string;
  }): Promise<ResetPasswordResult>;
  /** Ends the user's other sessions, unless told otherwise. */
  changePassword(input: {
    readonly currentPassword: string;
    readonly newPassword: string;
    readonly signOutOtherSessions?: boolean;
  }): Promise<ChangePasswordResult>;
  requestEmailVerification(): Promise<RequestResult>;
  verifyEmail(token: string): Promise<VerifyEmailResult>;
  requestEmailChange(input: {
    readonly newEmail: string;
    readonly currentPassword: string;
  }): Promise<RequestEmailChangeResult>;
  confirmEmailChange(token: string): Promise<VerifyEmailResult>;
  /** Chooses the first password, and signs in. */
  acceptInvitation(input: {
    readonly token: string;
    readonly password: string;
  }): Promise<AcceptInvitationResult>;
  /** The session ends with the account. */
  deleteMyAccount(input: { readonly currentPassword: string }): Promise<DeleteAccountResult>;
}

export interface AccountCallsDeps {
  /** Whoever has a token of a mail needs no session. */
  readonly anonymous: Transport;
  readonly signedIn: Transport;
  readonly forSignIn: () => Promise<Transport>;
  readonly delivery: 'BODY' | 'COOKIE';
  readonly state: SessionState;
  readonly keeper: SessionKeeper;
}

export function accountCalls(deps: AccountCallsDeps): AccountCalls {
  const { anonymous, signedIn, forSignIn, delivery, state, keeper } = deps;
  return {
    requestPasswordReset: async (email) =>
      (await send(anonymous, REQUEST_PASSWORD_RESET, { email })).result,
    resetPassword: async (input) => (await send(anonymous, RESET_PASSWORD, { input })).result,
    changePassword: async (input) => (await send(signedIn, CHANGE_PASSWORD, { input })).result,
    requestEmailVerification: async () =>
      (await send(signedIn, REQUEST_EMAIL_VERIFICATION, {})).result,
    verifyEmail: async (token) => (await send(anonymous, VERIFY_EMAIL, { token })).result,
    requestEmailChange: async (input) =>
      (await send(signedIn, REQUEST_EMAIL_CHANGE, { input })).result,
    confirmEmailChange: async (token) =>
      (await send(anonymous, CONFIRM_EMAIL_CHANGE, { token })).result,
    async acceptInvitation(invitation) {
      const input = { ...invitation, delivery };
      const { result } = await send(await forSignIn(), ACCEPT_INVITATION, { input });
      if (result.__typename === 'SignedIn') await state.adopt(result);
      return result;
    },
    async deleteMyAccount(input) {
      const session = await keeper.settled();
      const { result } = await send(signedIn, DELETE_MY_ACCOUNT, { input });
      if (result.__typename === 'AccountDeleted') await state.end(session, 'SIGNED_OUT');
      return result;
    },
  };
}
