import type { PasswordWeakness } from './password-errors.js';

const MAX_PASSWORD_CODE_POINTS = 256;
/**
 * Nothing longer than this in UTF-16 units can be within the limit, so it is not worth normalising.
 */
const MAX_RAW_LENGTH = 4_096;
/** Shorter names occur in words by chance. */
const SHORTEST_NAME = 3;

/**
 * The form in which a password is hashed and compared: Unicode NFKC and otherwise exactly as
 * received (NIST SP 800-63B-4 section 3.1.1.2). Undefined for what cannot be a password: far too
 * long, or no well-formed Unicode.
 */
export function normalizePassword(password: string): string | undefined {
  if (password.length > MAX_RAW_LENGTH || !password.isWellFormed()) return undefined;
  return password.normalize('NFKC');
}

const INVISIBLE = /[\p{White_Space}\p{Default_Ignorable_Code_Point}\p{C}]/gu;
/** True for `aaaaaaaa`, `abcdefgh`, `98765432`, and for what shows nothing at all. */
function isPredictable(password: string): boolean {
  if (password.replace(INVISIBLE, '') === '') return true;
  const codes = [...password].map((character) => character.codePointAt(0) ?? 0);
  const steps = new Set(codes.slice(1).map((code, at) => code - (codes[at] ?? 0)));
  return steps.size === 1 && [0, 1, -1].some((step) => steps.has(step));
}

export interface PasswordContext {
  readonly minimumLength: number;
  /** The local part of the user's normalised address. */
  readonly emailName: string;
  readonly isCommon: (lowerCase: string) => boolean;
}

/**
 * Why a normalised password is refused; empty when it is accepted. No composition rules (ASVS
 * 6.2.5). Pure.
 */
export function weaknessesOf(password: string, context: PasswordContext): PasswordWeakness[] {
  const codePoints = [...password].length;
  const lowerCase = password.toLowerCase();
  const name = context.emailName;
  const weaknesses: PasswordWeakness[] = [];
  if (codePoints < context.minimumLength) weaknesses.push('TOO_SHORT');
  if (codePoints > MAX_PASSWORD_CODE_POINTS) weaknesses.push('TOO_LONG');
  // Of one that is too short or too long, this would be no news.
  const isPredictableToo = weaknesses.length === 0 && isPredictable(lowerCase);
  if (context.isCommon(lowerCase) || isPredictableToo) weaknesses.push('COMMON');
  if (name.length >= SHORTEST_NAME && lowerCase.includes(name)) weaknesses.push('CONTAINS_EMAIL');
  return weaknesses;
}
