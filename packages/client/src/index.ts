export type { AccountCalls } from './account-calls.js';
export {
  type AuthClient,
  type AuthClientOptions,
  type Credentials,
  createAuthClient,
} from './auth-client.js';
export {
  type AuthSnapshot,
  type AuthStatus,
  type AuthStore,
  createAuthStore,
} from './auth-store.js';
export { type FormProblems, type FormResult, formProblems } from './form-problems.js';
export type { KeyStorage } from './key-storage.js';
export type * from './results.js';
export { AuthClientError } from './send-operation.js';
export type { AuthSession, Tokens } from './session.js';
export type { SessionCalls } from './session-calls.js';
export type { SignedOutReason } from './session-state.js';
export {
  type DeviceStorage,
  localStorageStorage,
  memoryStorage,
  type TokenStorage,
} from './token-storage.js';
