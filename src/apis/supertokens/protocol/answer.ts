import type { FastifyReply, FastifyRequest } from 'fastify';
import { AuthError, type AuthErrorCode } from '../../../kernel/auth-error.js';
import type { Log } from '../../../kernel/log.js';
import { isDatabaseUnavailable, safeReason } from '../../../platform/database/database-failure.js';
import { CoreError } from './core-error.js';

interface Answer {
  readonly body: object | string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A 200: JSON, or the text of a fixed path; both end with a new line, as the core's do. */
export function sendAnswer(reply: FastifyReply, { body, headers = {} }: Answer): FastifyReply {
  const isText = typeof body === 'string';
  return reply
    .headers({ 'cache-control': 'no-store', ...headers })
    .type(isText ? 'text/html;charset=UTF-8' : 'application/json;charset=UTF-8')
    .send(`${isText ? body : JSON.stringify(body)}\n`);
}

/** What the features refuse; SDKs try again after a 429. */
const STATUSES: Partial<Record<AuthErrorCode, number>> = { RATE_LIMITED: 429 };

/** Answers what went wrong as text: SDKs show it, and applications compare it. */
export function sendFailure(
  error: Error & { readonly statusCode?: number },
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  log: Log,
): FastifyReply {
  const { status, message } = failureOf(error, request, log);
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('text/html;charset=UTF-8')
    .send(`${message}\n`);
}

function failureOf(
  error: Error & { readonly statusCode?: number },
  { method, url }: FastifyRequest,
  log: Log,
): { readonly status: number; readonly message: string } {
  if (error instanceof CoreError) return error;
  if (error instanceof AuthError) {
    const code: AuthErrorCode = error.code;
    return { status: STATUSES[code] ?? 400, message: error.message };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return { status: error.statusCode, message: error.message };
  }
  const path = url.split('?', 1)[0];
  if (isDatabaseUnavailable(error)) {
    log.warn({ method, path, reason: safeReason(error) }, 'The database is unavailable');
    return { status: 500, message: 'The database is unavailable' };
  }
  log.error({ method, path, reason: safeReason(error) }, 'A request failed unexpectedly');
  return { status: 500, message: 'Internal Error' };
}
