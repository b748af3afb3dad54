import type { Finding } from './finding.js';
import { lineOf } from './line-of.js';
import type { LintedSchema } from './linted-schema.js';

/** Mutations that anybody can call and that nobody declared public. */
export function unprotectedMutations(
  schema: LintedSchema,
  publicMutations: readonly string[],
): Finding[] {
  const { mutations } = schema;
  if (mutations === undefined) return [];
  const declared = new Set(publicMutations);
  return mutations.fields
    .filter((field) => !declared.has(field.name.value) && !schema.isProtected(mutations, field))
    .map((field) => ({
      rule: 'unprotected-mutation',
      severity: 'error',
      coordinate: `${mutations.name}.${field.name.value}`,
      message:
        'Anybody can call it. Add @authenticated, @requiresScopes or @policy, ' +
        `or declare it with --public ${field.name.value}.`,
      line: lineOf(field),
    }));
}
