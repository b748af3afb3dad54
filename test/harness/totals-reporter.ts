import type { Reporter, TestModule } from 'vitest/node';

/** Ends the run with its totals on a line of their own. */
export default class TotalsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const totals = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        totals[state === 'pending' ? 'skipped' : state] += 1;
      }
      totals.failed += module.errors().length;
      // hooks that failed
      for (const suite of module.children.allSuites()) totals.failed += suite.errors().length;
    }
    // After the other reporters have said what they have to say.
    process.once('exit', () =>
      process.stdout.write(
        `\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped\n`,
      ),
    );
  }
}
