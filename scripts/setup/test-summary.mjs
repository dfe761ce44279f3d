// What the suites of one `npm test` came to.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

const reasonLinesMax = 12;
/** In characters; more than the lines of a reason need. */
const tailMaxLength = 8_192;
const noReport = { passed: 0, failed: 1, skipped: 0, failures: ['The runner ended without a report.'] };

/**
 * Reads the file jest wrote with `--json --outputFile`. A run that wrote none counts as one failure.
 * `failures` names each test that failed and why: a log that was cut in the middle still ends with them.
 */
export function fromJest(file) {
  if (!existsSync(file)) return noReport;
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: report.numPassedTests,
    // A suite that cannot be loaded has no tests to fail.
    failed: report.numFailedTests + report.numRuntimeErrorTestSuites,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: report.testResults.flatMap(listJestFailures),
  };
}

function listJestFailures({ name, status, message, assertionResults }) {
  const failed = assertionResults.filter((result) => result.status === 'failed');
  if (failed.length === 0)
    return status === 'failed' ? [formatFailure(name, 'could not be run', message)] : [];
  return failed.map(({ fullName, failureMessages }) =>
    formatFailure(name, fullName, failureMessages.join('\n')),
  );
}

/** Reads the file of Playwright's JSON reporter. A flaky test, which passed on a second try only, is a failure. */
export function fromPlaywright(file) {
  if (!existsSync(file)) return noReport;
  const { stats, errors, suites } = JSON.parse(readFileSync(file, 'utf8'));
  return {
    passed: stats.expected,
    failed: stats.unexpected + stats.flaky + errors.length,
    skipped: stats.skipped,
    failures: [
      ...errors.map((error) => formatFailure('playwright', 'could not be run', error.message)),
      ...suites.flatMap(listPlaywrightFailures),
    ],
  };
}

/** The end of what a script prints, which is where it says what was wrong. */
export class OutputTail {
  #text = '';

  add(text) {
    this.#text = (this.#text + text).slice(-tailMaxLength);
  }

  format(script) {
    const lines = stripVTControlCharacters(this.#text).trim().split('\n').slice(-reasonLinesMax);
    return [`${script} ended with:`, ...lines.map((line) => `    ${line}`)].join('\n');
  }
}

function listPlaywrightFailures({ suites = [], specs }) {
  const failed = specs.filter((spec) =>
    spec.tests.some((test) => ['unexpected', 'flaky'].includes(test.status)),
  );
  const own = failed.map((spec) => {
    const errors = spec.tests.flatMap((test) => test.results.flatMap((result) => result.errors));
    return formatFailure(spec.file, spec.title, errors.map((error) => error.message).join('\n'));
  });
  return [...own, ...suites.flatMap(listPlaywrightFailures)];
}

function formatFailure(file, title, reason = '') {
  const lines = stripVTControlCharacters(reason)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(0, reasonLinesMax);
  return [
    `${path.isAbsolute(file) ? path.relative(process.cwd(), file) : file} › ${title}`,
    ...lines.map((line) => `    ${line}`),
  ].join('\n');
}
