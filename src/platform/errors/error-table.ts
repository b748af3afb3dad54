import { GraphQLError } from 'graphql';
import { AuthError, type AuthErrorCode } from '../../kernel/auth-error.js';
import { isDatabaseUnavailable } from '../database/database-failure.js';
import type { Problem } from '../graphql/problem.js';
import { NotFound, RateLimited } from '../graphql/problem.js';
import type { Answers, ErrorAnswer } from './answers.js';

/** What belongs to no feature. */
export const PLATFORM_ERRORS = {
  RATE_LIMITED: { problem: RateLimited, status: 429 },
  UNAUTHENTICATED: { status: 401 },
  FORBIDDEN: { status: 403 },
  NOT_FOUND: { problem: NotFound, status: 404 },
  BAD_USER_INPUT: { status: 400 },
  SERVICE_UNAVAILABLE: { status: 503 },
} as const satisfies Partial<Answers<AuthErrorCode>>;

/** Beside data that is right these say nothing of the request as a whole, which then is a 200. */
const PARTIAL = new Set([400, 404, 429]);

/** The one table from failures to what clients see, over GraphQL and HTTP. */
export class ErrorTable {
  readonly #answers: ReadonlyMap<string, ErrorAnswer>;

  constructor(tables: readonly Partial<Answers<AuthErrorCode>>[]) {
    this.#answers = new Map([PLATFORM_ERRORS, ...tables].flatMap((table) => Object.entries(table)));
  }

  /** Runs a flow; an expected failure becomes the member of the result union that stands for it. */
  async orProblem<Result>(flow: () => Promise<Result>): Promise<Result | Problem> {
    try {
      return await flow();
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      const { problem: ProblemClass } = this.#answerTo(error.code);
      if (ProblemClass === undefined) throw error;
      const { message, details }: AuthError = error;
      return Object.assign(new ProblemClass(), { message }, details);
    }
  }

  /** The entry in `errors` for a failure; undefined for one that nobody expected: mask it. */
  graphqlError(error: unknown): GraphQLError | undefined {
    const expected = expectedError(error);
    if (expected === undefined) return undefined;
    const { code, message, details } = expected;
    const { problem, status } = this.#answerTo(code);
    const http = { status: problem !== undefined || PARTIAL.has(status) ? 200 : status };
    return new GraphQLError(message, { extensions: { code, ...details, http } });
  }

  /** The HTTP status of a failure that is the whole answer. */
  statusOf({ code }: AuthError): number {
    return this.#answerTo(code).status;
  }

  #answerTo(code: AuthErrorCode): ErrorAnswer {
    const answer = this.#answers.get(code);
    if (answer === undefined) throw new Error(`nothing says how ${code} is answered`);
    return answer;
  }
}

/** A failure that may be told of; undefined for any other. */
export function expectedError(error: unknown): AuthError | undefined {
  if (error instanceof AuthError) return error;
  if (!isDatabaseUnavailable(error)) return undefined;
  return new AuthError(
    'SERVICE_UNAVAILABLE',
    'The service cannot reach its database at present. Try again shortly.',
  );
}
