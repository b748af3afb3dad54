import { BEARER, challengeOf } from '../request/challenge.js';
import type { DeniedRequest } from '../request/denied-request.js';
import {
  type ProofErrorCode,
  type ProofHint,
  TokenError,
  type TokenErrorCode,
} from '../token/token-error.js';

/**
 * What a client can do about an answer: get a new access token, ask the user to sign in, wait, or
 * send the request again with a fresh proof.
 */
export type DenialAction = 'refresh' | 'sign-in' | 'retry' | 'prove';

/** The JSON body of a 400, 401, 403 or 503. */
export interface DenialBody {
  readonly error: {
    /** The same codes as in GraphQL's `errors`. */
    readonly code: 'BAD_REQUEST' | 'UNAUTHENTICATED' | 'FORBIDDEN' | 'SERVICE_UNAVAILABLE';
    readonly reason: DeniedRequest['reason'];
    readonly message: string;
    /** Absent where nothing that a client does would help. */
    readonly action?: DenialAction;
    /** All of them are needed. */
    readonly requiredScopes?: readonly string[];
  } & ProofHint;
}

/** The whole answer to a request that may not go on. */
export interface Denial {
  readonly status: 400 | 401 | 403 | 503;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: DenialBody;
}

/**
 * Thrown by `requireSession`. The fields are those that Express, Fastify and Koa look for on any
 * error.
 */
export class AccessDenied extends Error {
  override readonly name = 'AccessDenied';
  readonly denial: Denial;
  readonly status: number;
  readonly statusCode: number;

  constructor(denial: Denial) {
    super(denial.body.error.message);
    this.denial = denial;
    this.status = denial.status;
    this.statusCode = denial.status;
  }
}

type Refusal = Exclude<TokenErrorCode, 'ORIGIN_NOT_ALLOWED' | ProofErrorCode>;

const TOKEN_ACTIONS: { readonly [Code in Refusal]: DenialAction } = {
  TOKEN_EXPIRED: 'refresh',
  TOKEN_REVOKED: 'sign-in',
  TOKEN_INVALID: 'sign-in',
  VERIFICATION_UNAVAILABLE: 'retry',
};

/** A request without a token. RFC 6750 section 3.1: the challenge then says nothing of an error. */
export function tokenMissing(): Denial {
  const error = {
    code: 'UNAUTHENTICATED',
    reason: 'TOKEN_MISSING',
    message: 'Sign in to do this.',
    action: 'sign-in',
  } as const;
  return denial(401, { 'www-authenticate': BEARER }, { error });
}

function tokenRefused(error: TokenError): Denial {
  const { code: reason, message, hint } = error;
  if (reason === 'ORIGIN_NOT_ALLOWED')
    return denial(403, {}, { error: { code: 'FORBIDDEN', reason, message } });
  const action = isAboutProof(reason) ? 'prove' : TOKEN_ACTIONS[reason];
  if (reason === 'VERIFICATION_UNAVAILABLE') {
    return denial(
      503,
      { 'retry-after': '1' },
      { error: { code: 'SERVICE_UNAVAILABLE', reason, message, action } },
    );
  }
  const body = { code: 'UNAUTHENTICATED', reason, message, action, ...hint } as const;
  return denial(401, challengeOf(error), { error: body });
}

function isAboutProof(code: TokenErrorCode): code is ProofErrorCode {
  return code.startsWith('PROOF_');
}

/**
 * RFC 6750 section 3.1: the challenge names every scope that is needed, not only the missing ones.
 */
export function scopeMissing(requiredScopes: readonly string[]): Denial {
  const challenge = `${BEARER}, error="insufficient_scope", scope="${requiredScopes.join(' ')}"`;
  const message = `This needs the scope ${requiredScopes.join(', ')}.`;
  return denial(
    403,
    { 'www-authenticate': challenge },
    { error: { code: 'FORBIDDEN', reason: 'SCOPE_MISSING', message, requiredScopes } },
  );
}

/** RFC 9110 section 5.3; of two, a proxy in front may have looked at the other one. */
export function headerRepeated(name: string): Denial {
  const message = `The header ${name} may come only once.`;
  return denial(400, {}, { error: { code: 'BAD_REQUEST', reason: 'HEADER_REPEATED', message } });
}

/** The answer that an error stands for; undefined for an error that is none of ours. */
export function denialOf(error: unknown): Denial | undefined {
  if (error instanceof AccessDenied) return error.denial;
  return error instanceof TokenError ? tokenRefused(error) : undefined;
}

function denial(
  status: Denial['status'],
  headers: Record<string, string>,
  body: DenialBody,
): Denial {
  return {
    status,
    headers: {
      ...headers,
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
    },
    body,
  };
}
