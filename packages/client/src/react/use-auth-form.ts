'use client';

import { type FormEvent, useRef, useState } from 'react';
import type { Credentials } from '../auth-client.js';
import {
  type FormProblems,
  type FormResult,
  formProblems,
  formProblemsOfError,
} from '../form-problems.js';
import type { SignInResult, SignUpResult } from '../results.js';
import { AuthClientError } from '../send-operation.js';
import { useAuthContext } from './auth-context.js';

export interface AuthFormOptions<Result> {
  /** Called with what was answered, unless that is a problem. */
  readonly onSuccess?: (result: Result) => void;
}

/** What a form needs; the markup is yours. */
export interface AuthForm<Values, Result> {
  /** True until the service has answered: disable the button. */
  readonly isPending: boolean;
  /** What the last answer said is wrong, in words, by field. Empty while there is none. */
  readonly problems: FormProblems;
  /** The last answer, for words or languages of your own. */
  readonly result: Result | null;
  /** Null when no answer came, or one is under way. */
  submit(values: Values): Promise<Result | null>;
  /** For `<form onSubmit>`: submits the fields by their names. */
  onSubmit(event: FormEvent<HTMLFormElement>): void;
}

const NONE: FormProblems = {};

/**
 * A form around any call that answers a member of a result union. The fields are named as the
 * call's input.
 *
 * @example
 * ```tsx
 * import { useAuthForm } from '@authgraph/client/react';
 *
 * interface Answer { readonly __typename: string; readonly message: string }
 * declare function requestPasswordReset(input: { email: string }): Promise<Answer>;
 *
 * export function ForgottenPassword() {
 *   const { onSubmit, problems, isPending, result } = useAuthForm(requestPasswordReset);
 *   if (result?.__typename === 'Accepted') return <p>{result.message}</p>;
 *   return (
 *     <form onSubmit={onSubmit}>
 *       <input name="email" type="email" />
 *       <button disabled={isPending}>Send me a link</button>
 *       <p role="alert">{problems.form}</p>
 *     </form>
 *   );
 * }
 * ```
 */
export function useAuthForm<Values extends object, Result extends FormResult>(
  call: (values: Values) => Promise<Result>,
  { onSuccess }: AuthFormOptions<Result> = {},
): AuthForm<Values, Result> {
  const [problems, setProblems] = useState(NONE);
  const [result, setResult] = useState<Result | null>(null);
  const [isPending, setPending] = useState(false);
  // A second click comes before the rendering that disables the button.
  const isUnderWay = useRef(false);

  async function answerTo(values: Values): Promise<Result | null> {
    try {
      return await call(values);
    } catch (error) {
      if (!(error instanceof AuthClientError)) throw error;
      setProblems(formProblemsOfError(error));
      return null;
    }
  }

  async function submit(values: Values): Promise<Result | null> {
    if (isUnderWay.current) return null;
    isUnderWay.current = true;
    setPending(true);
    setProblems(NONE);
    setResult(null);
    try {
      const answer = await answerTo(values);
      if (answer === null) return null;
      const found = formProblems(answer);
      setResult(answer);
      setProblems(found ?? NONE);
      if (found === null) onSuccess?.(answer);
      return answer;
    } finally {
      isUnderWay.current = false;
      setPending(false);
    }
  }

  function onSubmit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    // The form's fields are named as the input's, which only its author can see to.
    const values = Object.fromEntries(new FormData(event.currentTarget)) as Values;
    void submit(values);
  }

  return { isPending, problems, result, submit, onSubmit };
}

/**
 * The sign-up form: fields `email` and `password`.
 *
 * @example
 * ```tsx
 * import { useSignUpForm } from '@authgraph/client/react';
 *
 * export function SignUp() {
 *   const { onSubmit, problems, isPending } = useSignUpForm();
 *   return (
 *     <form onSubmit={onSubmit}>
 *       <input name="email" type="email" autoComplete="email" />
 *       <p role="alert">{problems.email}</p>
 *       <input name="password" type="password" autoComplete="new-password" />
 *       <p role="alert">{problems.password?.join(' ')}</p>
 *       <button disabled={isPending}>Sign up</button>
 *       <p role="alert">{problems.form}</p>
 *     </form>
 *   );
 * }
 * ```
 */
export function useSignUpForm(
  options?: AuthFormOptions<SignUpResult>,
): AuthForm<Credentials, SignUpResult> {
  return useAuthForm(useAuthContext().client.signUp, options);
}

/**
 * The sign-in form: fields `email` and `password`.
 *
 * @example
 * ```tsx
 * import { useSignInForm } from '@authgraph/client/react';
 *
 * export function SignIn() {
 *   const { onSubmit, problems, isPending } = useSignInForm();
 *   return (
 *     <form onSubmit={onSubmit}>
 *       <input name="email" type="email" autoComplete="email" />
 *       <input name="password" type="password" autoComplete="current-password" />
 *       <button disabled={isPending}>Sign in</button>
 *       <p role="alert">{problems.form}</p>
 *     </form>
 *   );
 * }
 * ```
 */
export function useSignInForm(
  options?: AuthFormOptions<SignInResult>,
): AuthForm<Credentials, SignInResult> {
  return useAuthForm(useAuthContext().client.signIn, options);
}
