import type { DocumentNode } from 'graphql';
import type { Finding } from './finding.js';
import { LintedSchema } from './linted-schema.js';
import { misusedDirectives } from './misused-directives.js';
import { unprotectedMutations } from './unprotected-mutations.js';
import { PERSONAL_DATA, unprotectedPersonalData } from './unprotected-personal-data.js';

export interface LintOptions {
  /** Mutations that anybody may call, by field name. */
  readonly publicMutations?: readonly string[] | undefined;
  /** Field names that hold personal data; `PERSONAL_DATA` unless given. */
  readonly personalData?: readonly string[] | undefined;
  /** Every scope that some role grants; without it scopes are not checked. */
  readonly grantedScopes?: readonly string[] | undefined;
}

/**
 * Checks the access control of a schema: a subgraph's SDL or a supergraph's. The findings are in
 * the order of the source.
 *
 * @example
 * ```ts
 * import { lintSchema } from '@authgraph/sdk/lint';
 * import { parse } from 'graphql';
 *
 * const findings = lintSchema(parse('type Mutation { deleteUser(id: ID!): Boolean }'));
 * console.log(findings[0]?.rule); // unprotected-mutation
 * ```
 */
export function lintSchema(document: DocumentNode, options: LintOptions = {}): Finding[] {
  const schema = new LintedSchema(document);
  return [
    ...unprotectedMutations(schema, options.publicMutations ?? []),
    ...unprotectedPersonalData(schema, options.personalData ?? PERSONAL_DATA),
    ...misusedDirectives(schema, options.grantedScopes),
  ].toSorted((a, b) => a.line - b.line);
}
