export {
  type Access,
  type AuthgraphOptions,
  type CorsOptions,
  createAccess,
  type Decision,
  type RequestHead,
  type SessionFor,
  type SessionNeed,
} from './access/decide-access.js';
export { AccessDenied, type Denial, type DenialAction, type DenialBody } from './access/denial.js';
export { type AuthDirectivesOptions, authDirectives } from './directives/auth-directives.js';
export type { DecidePolicy } from './directives/policy-answers.js';
export type { BindingOptions, RequestTarget } from './request/check-binding.js';
export type { DeniedRequest, OnDenied } from './request/denied-request.js';
export { repeatedHeader } from './request/repeated-header.js';
export {
  accessCookieName,
  cookiesNamed,
  type RequestHeaders,
  tokenFromHeaders,
} from './request/request-token.js';
export { type SessionContext, sessionContext } from './request/session-context.js';
export type { RequestVerifierOptions } from './request/verifier-options.js';
export { createRequestVerifier, type VerifyRequest } from './request/verify-request.js';
export { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from './token/claims.js';
export {
  type EndedSessionsStream,
  type EndedSessionsStreamOptions,
  listenForEndedSessions,
} from './token/ended-sessions-stream.js';
export { type Session, sessionFromClaims } from './token/session.js';
export {
  type Mismatch,
  type ProofErrorCode,
  type ProofHint,
  TokenError,
  type TokenErrorCode,
} from './token/token-error.js';
export {
  createAccessTokenVerifier,
  type KeySource,
  type VerifierOptions,
  type VerifyAccessToken,
} from './token/verify-access-token.js';
export { PROOF_ALGORITHMS, type Proof, proofError, verifyProof } from './token/verify-proof.js';
