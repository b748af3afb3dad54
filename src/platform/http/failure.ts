import type { FastifyBaseLogger } from 'fastify';
import { AuthError } from '../../kernel/auth-error.js';

/** What a failure outside GraphQL is answered with: GraphQL's shape, so that a client reads all errors in one way. */
export interface Failure {
  readonly status: number;
  readonly body: {
    readonly errors: readonly [
      { readonly message: string; readonly extensions: { readonly code: string } },
    ];
  };
}

const STATUS_OF_CODE: Partial<Record<AuthError['code'], number>> = {
  FORBIDDEN: 403,
  SERVICE_UNAVAILABLE: 503,
};

export function failure(
  status: number,
  code: string,
  message: string,
  extensions: object = {},
): Failure {
  return { status, body: { errors: [{ message, extensions: { code, ...extensions } }] } };
}

/** An error that may know its HTTP status, as Fastify's do. */
type HttpError = Error & { readonly statusCode?: number | undefined };

/** Logs what nobody expected; the client is told no more of it than the request's id. */
export function failureOf(
  error: AuthError | HttpError,
  requestId: string,
  log: FastifyBaseLogger,
): Failure {
  if (error instanceof AuthError)
    return failure(STATUS_OF_CODE[error.code] ?? 400, error.code, error.message);
  const { statusCode = 500 } = error;
  if (statusCode < 500) return failure(statusCode, 'BAD_REQUEST', error.message);
  log.error({ requestId, err: error }, 'A request failed unexpectedly');
  return failure(500, 'INTERNAL_SERVER_ERROR', 'Something went wrong on our side.', { requestId });
}
