import type { IncomingMessage } from 'node:http';
import { repeatedHeader } from '@authgraph/sdk';
import { AuthError } from '../../kernel/auth-error.js';

/** Node.js keeps the first of two; a proxy in front may have looked at the other one. */
export function headerProblem({ rawHeaders }: IncomingMessage): AuthError | undefined {
  const name = repeatedHeader(rawHeaders);
  if (name === undefined) return undefined;
  return new AuthError('BAD_USER_INPUT', `The header ${name} may come only once.`);
}
