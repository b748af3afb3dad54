const PROBLEM = '... on Problem { __typename message } ... on TokenRejected { reason }';
const ACCEPTED = '... on Accepted { message }';

export const REQUEST_RESET = `mutation ($email: String!) { requestPasswordReset(email: $email) {
  __typename ${ACCEPTED} ... on RateLimited { retryAfterSeconds } } }`;
export const RESET = `mutation ($input: ResetPasswordInput!) { resetPassword(input: $input) {
  __typename ... on PasswordChanged { endedSessions user { id } }
  ... on WeakPassword { reasons } ${PROBLEM} } }`;
export const CHANGE_PASSWORD = `mutation ($input: ChangePasswordInput!) {
  changePassword(input: $input) { __typename ... on PasswordChanged { endedSessions user { id } }
    ... on WeakPassword { reasons } ... on Problem { message } } }`;
export const REQUEST_VERIFICATION = `mutation { requestEmailVerification { __typename
  ${ACCEPTED} ... on RateLimited { retryAfterSeconds } } }`;
export const VERIFY = `mutation ($token: String!) { verifyEmail(token: $token) { __typename
  ... on EmailVerified { user { id } } ${PROBLEM} } }`;
export const REQUEST_CHANGE = `mutation ($input: RequestEmailChangeInput!) {
  requestEmailChange(input: $input) { __typename ${ACCEPTED} ... on Problem { message } } }`;
export const CONFIRM_CHANGE = `mutation ($token: String!) { confirmEmailChange(token: $token) {
  __typename ... on EmailVerified { user { id } } ${PROBLEM} } }`;
export const DELETE_ME = `mutation ($input: DeleteMyAccountInput!) {
  deleteMyAccount(input: $input) { __typename ... on AccountDeleted { id }
    ... on Problem { message } } }`;
export const ACCEPT_INVITATION = `mutation ($input: AcceptInvitationInput!) {
  acceptInvitation(input: $input) { __typename
    ... on SignedIn { user { id email emailVerified } tokens { accessToken refreshToken } }
    ... on WeakPassword { reasons } ${PROBLEM} } }`;
export const CREATE_USER = `mutation ($input: CreateUserInput!) { createUser(input: $input) {
  __typename ... on UserCreated { user { id } } ... on Problem { message } } }`;
