import type { PasswordWeakness } from './results.js';
import type { AuthClientError } from './send-operation.js';

/** What to show beside each field; absent where nothing is wrong. */
export interface FormProblems {
  readonly email?: readonly string[];
  readonly password?: readonly string[];
  /** What belongs to no field. */
  readonly form?: readonly string[];
}

/** A member of any of the service's result unions. */
export interface FormResult {
  readonly __typename: string;
  readonly message?: string;
  readonly reasons?: readonly PasswordWeakness[];
  readonly minimumLength?: number;
  readonly retryAfterSeconds?: number;
}

/**
 * The problems that a result stands for, in words; null when it is none. What a later version of
 * the service answers is shown in its own words.
 *
 * @example
 * ```ts
 * import { formProblems } from '@authgraph/client';
 *
 * formProblems({ __typename: 'EmailTaken', message: 'This address has an account.' });
 * // { email: ['This address has an account.'] }
 * ```
 */
export function formProblems(result: FormResult): FormProblems | null {
  const { __typename, message, reasons = [], retryAfterSeconds } = result;
  if (message === undefined || __typename === 'Accepted') return null;
  switch (__typename) {
    case 'InvalidEmail':
    case 'EmailTaken':
      return { email: [message] };
    case 'WeakPassword':
      return {
        password: reasons.map((reason) => weaknessInWords(reason, result.minimumLength) ?? message),
      };
    case 'RateLimited':
      return { form: [`Too many attempts. ${tryAgain(retryAfterSeconds)}`] };
    default:
      return { form: [message] };
  }
}

/** The same for a call that got no answer of its result union. */
export function formProblemsOfError(error: AuthClientError): FormProblems {
  if (error.code === 'RATE_LIMITED') return { form: [`Too many attempts. ${tryAgain()}`] };
  if (error.code !== 'NETWORK' && error.code !== 'SERVICE_UNAVAILABLE')
    return { form: [error.message] };
  return { form: ['The service cannot be reached at the moment. Try again.'] };
}

function weaknessInWords(
  weakness: PasswordWeakness,
  minimumLength: number | undefined,
): string | undefined {
  const words: { readonly [Weakness in PasswordWeakness]: string } = {
    TOO_SHORT: `Use at least ${minimumLength} characters.`,
    TOO_LONG: 'Use a shorter password.',
    COMMON: 'Many people use this password, so attackers try it first. Choose another one.',
    CONTAINS_EMAIL: 'Leave out the name from your email address.',
    BREACHED: 'This password is known from a breach of some service. Choose another one.',
  };
  return words[weakness];
}

function tryAgain(seconds = 0): string {
  if (seconds < 1) return 'Try again later.';
  const [amount, unit] = seconds < 120 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute'];
  return `Try again in ${amount} ${unit}${amount === 1 ? '' : 's'}.`;
}
