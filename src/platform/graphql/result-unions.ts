import { createUnionType } from 'type-graphql';
import { SessionRefreshed, SignedIn, SignedOut } from './object-types.js';
import {
  EmailTaken,
  InvalidCredentials,
  InvalidEmail,
  RateLimited,
  RefreshRejected,
  WeakPassword,
} from './problem-types.js';

// Resolvers return instances of the member classes, which is how type-graphql tells the members apart.

export const SignUpResult = createUnionType({
  name: 'SignUpResult',
  types: () => [SignedIn, InvalidEmail, WeakPassword, EmailTaken, RateLimited] as const,
});

export const SignInResult = createUnionType({
  name: 'SignInResult',
  types: () => [SignedIn, InvalidCredentials, RateLimited] as const,
});

export const RefreshSessionResult = createUnionType({
  name: 'RefreshSessionResult',
  types: () => [SessionRefreshed, RefreshRejected] as const,
});

export const SignOutResult = createUnionType({
  name: 'SignOutResult',
  types: () => [SignedOut] as const,
});
