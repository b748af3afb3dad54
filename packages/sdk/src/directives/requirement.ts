import type { AuthDirective } from './auth-directive-names.js';

/** Alternatives: one of the inner lists must hold, and all of that list. */
export type AnyOf = readonly (readonly string[])[];

/** What a request must bring: a session, always; and every one of these. */
export interface Requirement {
  readonly scopes: readonly AnyOf[];
  readonly policies: readonly AnyOf[];
}

/** What one directive asks for. Throws when its arguments are not what the specification says. */
export function requirementOf(
  directive: AuthDirective,
  args: Readonly<Record<string, unknown>>,
  coordinate: string,
): Requirement {
  if (directive === 'authenticated') return { scopes: [], policies: [] };
  const argument = directive === 'requiresScopes' ? 'scopes' : 'policies';
  const anyOf = asAnyOf(args[argument]);
  if (anyOf === undefined)
    throw new TypeError(
      `@${directive} on ${coordinate} needs "${argument}", a list of lists of strings.`,
    );
  return directive === 'requiresScopes'
    ? { scopes: [anyOf], policies: [] }
    : { scopes: [], policies: [anyOf] };
}

/** All of them together; undefined when there are none. */
export function allOf(requirements: Iterable<Requirement | undefined>): Requirement | undefined {
  const present = [...requirements].filter((requirement) => requirement !== undefined);
  if (present.length === 0) return undefined;
  return {
    scopes: distinct(present.flatMap(({ scopes }) => scopes)),
    policies: distinct(present.flatMap(({ policies }) => policies)),
  };
}

/**
 * GraphQL's own list coercion: a bare string stands for a list of one, at either level. So `["a",
 * "b"]` is a OR b.
 */
export function asAnyOf(value: unknown): AnyOf | undefined {
  if (value === undefined || value === null) return undefined;
  const lists = (Array.isArray(value) ? value : [value]).map((item) =>
    Array.isArray(item) ? item : [item],
  );
  return lists.every((list) => list.every((item) => typeof item === 'string')) ? lists : undefined;
}

function distinct(all: readonly AnyOf[]): AnyOf[] {
  return [...new Map(all.map((anyOf) => [JSON.stringify(anyOf), anyOf])).values()];
}
