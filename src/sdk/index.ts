export { ACCESS_TOKEN_TYPE, type AccessTokenClaims } from './claims.js';
export { type AuthDirectivesOptions, authDirectives } from './directives/auth-directives.js';
export type { DecidePolicy } from './directives/policy-answers.js';
export { accessCookieName, cookiesNamed, type RequestHeaders, tokenFromHeaders } from './request-token.js';
export { type Session, sessionFromClaims } from './session.js';
export { type SessionContext, sessionContext } from './session-context.js';
export { TokenError, type TokenErrorCode } from './token-error.js';
export { createAccessTokenVerifier, type KeySource, type VerifierOptions, type VerifyAccessToken } from './verify-access-token.js';
export { createRequestVerifier, type RequestVerifierOptions, type VerifyRequest } from './verify-request.js';
