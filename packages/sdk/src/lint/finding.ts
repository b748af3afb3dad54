/** What `lint-schema` looks for. The names are part of the command's output: scripts read them. */
export type LintRule =
  | 'unprotected-mutation'
  | 'unprotected-personal-data'
  | 'ungranted-scope'
  | 'empty-requirement'
  | 'flat-requirement'
  | 'malformed-requirement'
  | 'misplaced-directive'
  | 'missing-link'
  | 'outdated-link';

export interface Finding {
  readonly rule: LintRule;
  /** Errors are wrong for certain; warnings are worth a look. Both are findings. */
  readonly severity: 'error' | 'warning';
  /** The schema coordinate, such as `User.email`. */
  readonly coordinate: string;
  readonly message: string;
  /** Of the source, from 1; 0 when the document was parsed without locations. */
  readonly line: number;
}

/**
 * One line, as compilers write them.
 *
 * @example
 * ```ts
 * import { describeFinding, lintSchema } from '@authgraph/sdk/lint';
 * import { parse } from 'graphql';
 *
 * for (const finding of lintSchema(parse('type Mutation { pay: Boolean }')))
 *   console.log(describeFinding('schema.graphql', finding));
 * ```
 */
export function describeFinding(
  file: string,
  { line, severity, rule, coordinate, message }: Finding,
): string {
  return `${file}:${line}: ${severity} ${rule} ${coordinate}: ${message}`;
}
