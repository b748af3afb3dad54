import { AuthError } from '../../kernel/auth-error.js';
import { isId } from '../../kernel/ids.js';
import type { PageArgs } from './input-types.js';

const MOST_A_PAGE = 100;
const DEFAULT_PAGE = 20;

/** Checks Relay's `first` and `after`; the cursor is opaque to clients and holds the last id they saw. */
export function parsePage({ first, after }: PageArgs): {
  first: number;
  after?: string | undefined;
} {
  const size = first ?? DEFAULT_PAGE;
  if (size < 0 || size > MOST_A_PAGE)
    throw new AuthError('BAD_USER_INPUT', `"first" must be from 0 to ${MOST_A_PAGE}.`);
  return { first: size, after: after == null ? undefined : idOfCursor(after) };
}

export function cursorOf(id: string): string {
  return Buffer.from(id).toString('base64url');
}

function idOfCursor(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString();
  if (!isId(id))
    throw new AuthError('BAD_USER_INPUT', '"after" is not a cursor of this connection.');
  return id;
}
