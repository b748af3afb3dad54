'use client';

export type { AuthSnapshot, AuthStatus } from '../auth-store.js';
export type { FormProblems, FormResult } from '../form-problems.js';
export { AuthProvider, type AuthProviderProps } from './auth-context.js';
export {
  type GateProps,
  RequireSession,
  type RequireSessionProps,
  SignedIn,
  SignedOut,
} from './gates.js';
export { type UseAuth, useAuth, useSession } from './use-auth.js';
export {
  type AuthForm,
  type AuthFormOptions,
  useAuthForm,
  useSignInForm,
  useSignUpForm,
} from './use-auth-form.js';
