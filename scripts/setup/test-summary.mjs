// What the suites of one `npm test` came to.
import { existsSync, readFileSync } from 'node:fs';

/** Reads the file jest wrote with `--json --outputFile`. A run that wrote none counts as one failure. */
export function fromJest(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: report.numPassedTests,
    // A suite that cannot be loaded has no tests to fail.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

/** Reads the file of Playwright's JSON reporter. A flaky test, which passed on a second try only, is a failure. */
export function fromPlaywright(file) {
  if (!existsSync(file)) return { passed: 0, failed: 1, skipped: 0 };
  const { stats, errors } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
  };
}
