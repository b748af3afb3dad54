import type { JWTPayload } from 'jose';
import type { AccessTokenClaims } from './claims.js';
import { invalidToken, type TokenError } from './token-error.js';

/** Clocks may differ by that much. */
export const SKEW_SECONDS = 5;

export interface ClaimRules {
  readonly audience: string;
  /** Of `exp - iat`, in seconds. */
  readonly maxLifetime: number;
  readonly now: Date;
}

type IsSound = (value: unknown) => boolean;

const SHAPES: { readonly [claim: string]: readonly [expected: string, isSound: IsSound] } = {
  sub: ['some text', isText],
  sid: ['some text', isText],
  jti: ['some text', isText],
  client_id: ['a text', isString],
  scope: ['one space-separated text', isString],
  iat: ['a time in seconds', isTime],
  exp: ['a time in seconds', isTime],
  auth_time: ['a time in seconds', isTime],
  roles: ['a list of texts', isStrings],
  amr: ['a list of texts', isStrings],
  email_verified: ['true or false', (value) => typeof value === 'boolean'],
  // What nobody here can check must not be taken for a bearer token.
  cnf: ['a key thumbprint, or none', isConfirmation],
};

/**
 * Every claim of an access token whose signature, issuer and expiry are right (RFC 9068 section 4).
 * Throws TOKEN_INVALID.
 */
export function checkClaims(payload: JWTPayload, rules: ClaimRules): AccessTokenClaims {
  // An audience that is a list is none that authgraph gives.
  if (payload.aud !== rules.audience) throw wrong('aud', rules.audience, payload.aud);
  for (const [claim, [expected, isSound]] of Object.entries(SHAPES)) {
    // Its kind and not its value, which may be somebody's name.
    if (!isSound(payload[claim])) throw wrong(claim, expected, kindOf(payload[claim]));
  }
  const claims = payload as unknown as AccessTokenClaims; // each member was checked just now
  const latestIssue = rules.now.getTime() / 1000 + SKEW_SECONDS;
  if (claims.iat > latestIssue)
    throw wrong('iat', `at most ${timeOf(latestIssue)}`, timeOf(claims.iat));
  const lifetime = claims.exp - claims.iat;
  if (lifetime > rules.maxLifetime)
    throw wrong('exp', `at most ${rules.maxLifetime} s after iat`, `${lifetime} s after`);
  return claims;
}

/** A value that is not the one that was expected, cut to what a log line can hold. */
export function wrong(claim: string, expected: string, actual: unknown): TokenError {
  const text = typeof actual === 'string' ? actual : (JSON.stringify(actual) ?? 'none');
  return invalidToken({ claim, expected, actual: text.slice(0, 200) });
}

export function timeOf(seconds: number): string {
  const time = new Date(seconds * 1000);
  return Number.isNaN(time.getTime()) ? String(seconds) : time.toISOString();
}

function kindOf(value: unknown): string {
  if (value === undefined) return 'none';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}

function isString(value: unknown): boolean {
  return typeof value === 'string';
}

function isText(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

function isTime(value: unknown): boolean {
  return typeof value === 'number' && Number.isFinite(value);
}

/** RFC 9449 section 6.1. */
function isConfirmation(value: unknown): boolean {
  if (value === undefined) return true;
  return typeof value === 'object' && value !== null && 'jkt' in value && isText(value.jkt);
}

function isStrings(value: unknown): boolean {
  return Array.isArray(value) && value.every(isString);
}
