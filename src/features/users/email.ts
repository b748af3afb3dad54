import { AuthError } from '../../kernel/auth-error.js';

/** An address that was accepted: as typed, and as it is matched. */
export interface Email {
  readonly typed: string;
  readonly normalized: string;
}

/** RFC 5321 section 4.5.3.1.3, less the angle brackets. */
const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
/** One @, no spaces, control characters or lone surrogates, and a domain of at least two labels. */
const LOCAL = String.raw`[^\s@\p{C}"(),:;<>[\\\]]+`;
const FIRST = String.raw`[\p{L}\p{N}]`;
const REST = String.raw`(?:[\p{L}\p{N}-]*[\p{L}\p{N}])`;
const SHAPE = new RegExp(`^${LOCAL}@(?:${FIRST}${REST}?\\.)+${FIRST}${REST}$`, 'u');
/** Two addresses that look the same would be two accounts. */
const INVISIBLE = /\p{Default_Ignorable_Code_Point}/u;

/**
 * Reads an address as a person types it: trimmed, NFKC, lower case, and only then checked. Composed
 * again after the change of case, since a small letter may have a composed form where the capital
 * has none. Undefined when it cannot be an address. Whether it receives mail, only a mail can tell.
 */
export function parseEmail(text: string): Email | undefined {
  const typed = text.trim();
  if (typed.length > MAX_LENGTH) return undefined;
  const normalized = typed.normalize('NFKC').toLowerCase().normalize('NFKC');
  if (normalized.length > MAX_LENGTH || localPart(normalized).length > MAX_LOCAL_LENGTH)
    return undefined;
  return isDotSound(localPart(normalized)) && SHAPE.test(normalized) && !INVISIBLE.test(normalized)
    ? { typed, normalized }
    : undefined;
}

/** What somebody typed of an address, in the form that addresses are matched in. */
export function searchForm(text: string): string {
  if (text.length > MAX_LENGTH || !text.isWellFormed() || text.includes('\0')) {
    throw new AuthError('BAD_USER_INPUT', 'No address begins like this.');
  }
  return text.trim().normalize('NFKC').toLowerCase().normalize('NFKC');
}

/** What stands before the @. */
export function localPart(address: string): string {
  return address.slice(0, Math.max(0, address.lastIndexOf('@')));
}

function isDotSound(local: string): boolean {
  return !local.startsWith('.') && !local.endsWith('.') && !local.includes('..');
}
