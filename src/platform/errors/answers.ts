import type { AuthErrorCode } from '../../kernel/auth-error.js';
import type { Problem } from '../graphql/problem.js';

/** How one kind of failure reaches the client. */
export interface ErrorAnswer {
  /** The member of a result union that stands for it, where a field has one. */
  readonly problem?: new () => Problem;
  /** The HTTP status where it is the whole answer. */
  readonly status: number;
}

/** One answer for each code. */
export type Answers<Codes extends AuthErrorCode> = { readonly [Code in Codes]: ErrorAnswer };
