import { readFileSync } from 'node:fs';

/**
 * What a Jest run came to, from its JSON report. A file that could not be run counts as one failure, and so
 * does a report that is missing, because Jest itself broke then.
 */
export function countOf(reportFile) {
  let report;
  try {
    report = JSON.parse(readFileSync(reportFile, 'utf8'));
  } catch {
    return { passed: 0, failed: 1 };
  }
  const { numPassedTests, numFailedTests, numRuntimeErrorTestSuites } = report;
  return { passed: numPassedTests, failed: numFailedTests + numRuntimeErrorTestSuites };
}

/** Adds up the counts of several runs; a step that is not a run of tests (lint, build) counts when it failed. */
export function total(counts) {
  return counts.reduce(
    (sum, { passed, failed }) => ({ passed: sum.passed + passed, failed: sum.failed + failed }),
    { passed: 0, failed: 0 },
  );
}
