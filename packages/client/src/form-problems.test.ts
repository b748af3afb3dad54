import { describe, expect, it } from 'vitest';
import { formProblems, formProblemsOfError } from './form-problems.js';
import { AuthClientError } from './send-operation.js';

const message = 'In the words of the service.';

describe('the problems of a form', () => {
  it.each(['SignedIn', 'SessionRefreshed', 'UserUpdated'])('are none after %s', (__typename) => {
    expect(formProblems({ __typename })).toBeNull();
  });

  it('are none after Accepted, whose message is no problem', () => {
    expect(formProblems({ __typename: 'Accepted', message })).toBeNull();
  });

  it.each(['InvalidEmail', 'EmailTaken'])('stand beside the address after %s', (__typename) => {
    expect(formProblems({ __typename, message })).toEqual({ email: [message] });
  });

  it('are each weakness of a password, in words', () => {
    const reasons = ['TOO_SHORT', 'TOO_LONG', 'COMMON', 'CONTAINS_EMAIL'] as const;
    const weak = { __typename: 'WeakPassword', message, reasons, minimumLength: 12 };
    expect(formProblems(weak)).toEqual({
      password: [
        'Use at least 12 characters.',
        'Use a shorter password.',
        'Many people use this password, so attackers try it first. Choose another one.',
        'Leave out the name from your email address.',
      ],
    });
  });

  it('are the message for a weakness of a later version', () => {
    const later = JSON.parse(`{ "__typename": "WeakPassword", "reasons": ["LEAKED"] }`);
    expect(formProblems({ ...later, message })).toEqual({ password: [message] });
  });

  it.each([
    [1, 'Try again in 1 second.'],
    [119, 'Try again in 119 seconds.'],
    [121, 'Try again in 3 minutes.'],
    [undefined, 'Try again later.'],
  ])('say when to try again after %s seconds', (seconds, words) => {
    const limited = { __typename: 'RateLimited', message };
    const result = seconds === undefined ? limited : { ...limited, retryAfterSeconds: seconds };
    expect(formProblems(result)).toEqual({ form: [`Too many attempts. ${words}`] });
  });

  it.each(['InvalidCredentials', 'TokenRejected', 'OfALaterVersion'])(
    'belong to no field after %s',
    (__typename) => {
      expect(formProblems({ __typename, message })).toEqual({ form: [message] });
    },
  );

  it.each([
    ['NETWORK', 'The service cannot be reached at the moment. Try again.'],
    ['SERVICE_UNAVAILABLE', 'The service cannot be reached at the moment. Try again.'],
    ['RATE_LIMITED', 'Too many attempts. Try again later.'],
    ['BAD_USER_INPUT', message],
  ])('are said without an answer, with the code %s', (code, words) => {
    expect(formProblemsOfError(new AuthClientError(code, message))).toEqual({ form: [words] });
  });
});
