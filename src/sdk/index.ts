export {
  type Access,
  type AuthgraphOptions,
  type CorsOptions,
  createAccess,
  type Decision,
  type SessionFor,
  type SessionNeed,
} from './adapters/decide-access.js';
export { AccessDenied, type Denial, type DenialAction, type DenialBody } from './adapters/denial.js';
export { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from './claims.js';
export { type AuthDirectivesOptions, authDirectives } from './directives/auth-directives.js';
export type { DecidePolicy } from './directives/policy-answers.js';
export { type EndedSessionsStream, type EndedSessionsStreamOptions, listenForEndedSessions } from './ended-sessions-stream.js';
export { accessCookieName, cookiesNamed, type RequestHeaders, tokenFromHeaders } from './request-token.js';
export { type Session, sessionFromClaims } from './session.js';
export { type SessionContext, sessionContext } from './session-context.js';
export { TokenError, type TokenErrorCode } from './token-error.js';
export { createAccessTokenVerifier, type KeySource, type VerifierOptions, type VerifyAccessToken } from './verify-access-token.js';
export { createRequestVerifier, type RequestVerifierOptions, type VerifyRequest } from './verify-request.js';
