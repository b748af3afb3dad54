/**
 * What the types of every adapter are made of. Each adapter exports them: else an app that exports
 * what `authgraph()` made, and writes declarations, has no name for them.
 */
export type {
  AuthgraphOptions,
  CorsOptions,
  Decision,
  RequestHead,
  SessionFor,
  SessionNeed,
} from '../access/decide-access.js';
export type { Denial, DenialAction, DenialBody } from '../access/denial.js';
export type { RequestTarget } from '../request/check-binding.js';
export type { DeniedRequest, OnDenied } from '../request/denied-request.js';
export type { RequestHeaders } from '../request/request-token.js';
export type { AccessTokenClaims } from '../token/claims.js';
export type { Session } from '../token/session.js';
