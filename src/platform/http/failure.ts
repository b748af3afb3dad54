import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';
import { safeReason } from '../database/database-failure.js';
import { type ErrorTable, expectedError } from '../errors/error-table.js';

/** An error that may know its HTTP status, as Fastify's do. */
type HttpError = Error & { readonly statusCode?: number | undefined };

/**
 * Answers a failure outside GraphQL in GraphQL's shape, so that a client reads all errors in one
 * way. Logs what nobody expected; the client is told no more of it than the request's id.
 */
export function sendFailure(
  error: HttpError,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { errors, log }: { readonly errors: ErrorTable; readonly log: FastifyBaseLogger },
): FastifyReply {
  const expected = expectedError(error);
  const { id: requestId } = request;
  if (expected !== undefined) {
    if (!(error instanceof AuthError))
      log.warn({ requestId, reason: safeReason(error) }, 'A dependency is unavailable');
    const { code, message } = expected;
    return sendError(reply, errors.statusOf(expected), message, { code });
  }
  const { statusCode = 500 } = error;
  if (statusCode < 500) return sendError(reply, statusCode, error.message, { code: 'BAD_REQUEST' });
  log.error({ requestId, err: error }, 'A request failed unexpectedly');
  const code = 'INTERNAL_SERVER_ERROR';
  return sendError(reply, 500, 'Something went wrong on our side.', { code, requestId });
}

function sendError(
  reply: FastifyReply,
  status: number,
  message: string,
  extensions: object,
): FastifyReply {
  const body = { errors: [{ message, extensions }] };
  return reply.code(status).header('cache-control', 'no-store').send(body);
}
