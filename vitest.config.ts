import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

/** They mostly wait, and have no limits that others beside them could break. */
const PATIENT = 'killed-job|mails|missing-database|pending-migrations';
const NODES = `test/nodes/!(${PATIENT}).test.ts`;
/** They change what the others share: modules of the service, and what type-graphql knows. */
const ISOLATED = ['features', 'own-schema', 'type-graphql-directives'].map(
  (name) => `test/${name}.test.ts`,
);

export default defineConfig({
  // Two copies of graphql ("another module or realm") come from its two module formats: everybody
  // gets the one.
  resolve: {
    alias: [
      {
        find: /^graphql$/,
        replacement: fileURLToPath(new URL('./node_modules/graphql/index.js', import.meta.url)),
      },
    ],
  },
  test: {
    globalSetup: ['test/harness/global-setup.ts'],
    setupFiles: ['test/harness/close-connections.ts'],
    reporters: ['default', './test/harness/totals-reporter.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    pool: 'forks',
    maxWorkers: '100%', // one core less, which is the default, is half of a small machine
    projects: [
      {
        extends: true,
        test: {
          name: 'service',
          include: ['src/**/*.test.ts', 'packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, NODES, ...ISOLATED],
          // To load the service anew for each file costs more than most of the tests.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'isolated', include: ISOLATED, sequence: { groupOrder: 0 } },
      },
      // Several processes each, and limits on how long they take: one file after the other, when
      // nothing else runs.
      {
        extends: true,
        test: {
          name: 'nodes',
          include: [NODES],
          fileParallelism: false,
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
