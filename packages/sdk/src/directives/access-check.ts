import { GraphQLError } from 'graphql';
import type { Session } from '../token/session.js';
import type { PolicyAnswers } from './policy-answers.js';
import type { AnyOf, Requirement } from './requirement.js';

/**
 * Throws, or rejects, when the request behind the context may not pass. Undefined: it may, and
 * there is nothing to wait for.
 */
export type AccessCheck = (context: unknown) => Promise<void> | undefined;

/**
 * Makes the check of one requirement. This runs for every guarded field: without policies it
 * neither waits nor allocates.
 */
export function accessCheck(
  { scopes, policies }: Requirement,
  answers: PolicyAnswers | undefined,
): AccessCheck {
  if (policies.length === 0) {
    let granted: Session | undefined;
    return (context) => {
      const session = sessionOf(context);
      if (session === granted) return undefined;
      assertScopes(session, scopes);
      // The many fields of an answer ask the same. Remembered only where the answer cannot change:
      // the sdk's sessions are frozen.
      if (Object.isFrozen(session) && Object.isFrozen(session.scopes)) granted = session;
      return undefined;
    };
  }
  return async (context) => {
    const session = sessionOf(context);
    assertScopes(session, scopes);
    for (const anyOf of policies) {
      if (!(await holdsPolicy(anyOf, session, Object(context), answers)))
        throw forbidden('Your session does not satisfy the policy of this.');
    }
  };
}

/**
 * An anonymous request is refused whatever it asks for. Reading the session throws when the
 * request's token is not valid.
 */
function sessionOf(context: unknown): Session {
  // whatever the host made it
  const session = (context as { readonly session?: unknown } | null | undefined)?.session;
  if (session === null || session === undefined) {
    throw new GraphQLError('Sign in to do this.', { extensions: { code: 'UNAUTHENTICATED' } });
  }
  if (!isSession(session))
    throw new TypeError(
      'context.session is neither a session nor null. Is it a promise that nobody awaited?',
    );
  return session;
}

/** A promise or a string would pass for a session, or for a list of scopes. */
function isSession(value: unknown): value is Session {
  // any value but null has properties to look at
  const { userId, scopes } = value as Partial<Session>;
  return typeof userId === 'string' && Array.isArray(scopes);
}

function assertScopes(session: Session, required: readonly AnyOf[]): void {
  for (const anyOf of required) {
    if (!holdsScopes(anyOf, session.scopes))
      throw forbidden('Your session lacks the scope for this.');
  }
}

function holdsScopes(anyOf: AnyOf, held: readonly string[]): boolean {
  for (const all of anyOf) if (isSubset(all, held)) return true;
  return false;
}

function isSubset(all: readonly string[], held: readonly string[]): boolean {
  for (const scope of all) if (!held.includes(scope)) return false;
  return true;
}

async function holdsPolicy(
  anyOf: AnyOf,
  session: Session,
  context: object,
  answers: PolicyAnswers | undefined,
): Promise<boolean> {
  for (const names of anyOf)
    if (names.length === 0 || (await answers?.get(names, session, context))) return true;
  return false;
}

function forbidden(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'FORBIDDEN' } });
}
