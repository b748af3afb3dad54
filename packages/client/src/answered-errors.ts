/** An error of a GraphQL answer, of which nothing is sure. */
export interface AnsweredError {
  readonly message?: string;
  readonly extensions?: { readonly code?: unknown; readonly errors?: unknown } | null;
}

/**
 * The errors of an answer, and before each one those of a subgraph that Cosmo's router wraps in it:
 * `{ message: "Failed to fetch from Subgraph 'x'.", extensions: { errors: [...] } }`.
 */
export function errorsOf(answer: { readonly errors?: unknown } | null): AnsweredError[] {
  return errorsIn(answer?.errors).flatMap((error) => [
    ...errorsIn(error.extensions?.errors),
    error,
  ]);
}

function errorsIn(list: unknown): AnsweredError[] {
  return Array.isArray(list) ? list.filter((one) => typeof one === 'object' && one !== null) : [];
}
