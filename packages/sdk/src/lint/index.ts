export { describeFinding, type Finding, type LintRule } from './finding.js';
export { type LintOptions, lintSchema } from './lint-schema.js';
