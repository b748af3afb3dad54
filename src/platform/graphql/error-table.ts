import { GraphQLError } from 'graphql';
import { AuthError, type AuthErrorCode } from '../../kernel/auth-error.js';
import { isDatabaseUnavailable } from '../database/database-failure.js';
import type { Problem } from './object-types.js';
import {
  EmailTaken,
  InvalidCredentials,
  InvalidEmail,
  RateLimited,
  RefreshRejected,
  WeakPassword,
} from './problem-types.js';

/** How a failure reaches the client: as a member of the field's result union, or as an entry in `errors`. */
type Answer =
  | { readonly problem: new () => Problem }
  | { readonly error: string; readonly status: number };

const ANSWERS: { readonly [Code in AuthErrorCode]: Answer } = {
  INVALID_EMAIL: { problem: InvalidEmail },
  EMAIL_TAKEN: { problem: EmailTaken },
  WEAK_PASSWORD: { problem: WeakPassword },
  INVALID_CREDENTIALS: { problem: InvalidCredentials },
  RATE_LIMITED: { problem: RateLimited },
  REFRESH_REJECTED: { problem: RefreshRejected },
  UNAUTHENTICATED: { error: 'UNAUTHENTICATED', status: 401 },
  FORBIDDEN: { error: 'FORBIDDEN', status: 403 },
  BAD_USER_INPUT: { error: 'BAD_USER_INPUT', status: 200 },
  SERVICE_UNAVAILABLE: { error: 'SERVICE_UNAVAILABLE', status: 503 },
};

/** Runs a flow; an expected failure becomes the member of the result union that stands for it. */
export async function orProblem<Result>(flow: () => Promise<Result>): Promise<Result | Problem> {
  try {
    return await flow();
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    const { code, message, details }: AuthError = error;
    const answer = ANSWERS[code];
    if (!('problem' in answer)) throw error;
    return Object.assign(new answer.problem(), { message }, details);
  }
}

/** The entry in `errors` for a failure, or undefined for one that nobody expected and that has to be masked. */
export function expectedError(error: unknown): GraphQLError | undefined {
  if (error instanceof AuthError) return fromAuthError(error);
  if (isDatabaseUnavailable(error)) {
    return fromAuthError(
      new AuthError(
        'SERVICE_UNAVAILABLE',
        'The service cannot reach its database at present. Try again shortly.',
      ),
    );
  }
  return undefined;
}

function fromAuthError(error: AuthError): GraphQLError {
  const answer = ANSWERS[error.code];
  const { code, status } =
    'problem' in answer
      ? { code: error.code, status: 200 }
      : { code: answer.error, status: answer.status };
  return new GraphQLError(error.message, {
    extensions: { code, ...error.details, http: { status } },
  });
}
