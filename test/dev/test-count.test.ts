import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../../dev/project-root.js';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** Plain JavaScript, because it also counts when nothing could be built. */
const { countOf, total } = (await import(
  pathToFileURL(join(PROJECT_ROOT, 'dev', 'test-count.mjs')).href
)) as { countOf: (file: string) => Count; total: (counts: readonly Count[]) => Count };

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ponte-count-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('a file that could not be run is a failure', async () => {
  const report = join(folder, 'report.json');
  await writeFile(
    report,
    JSON.stringify({ numPassedTests: 7, numFailedTests: 2, numRuntimeErrorTestSuites: 1 }),
  );
  expect(countOf(report)).toEqual({ passed: 7, failed: 3 });
});

test('a report that is missing or broken is a failure', async () => {
  const broken = join(folder, 'broken.json');
  await writeFile(broken, '{"numPassedTests":');
  expect(countOf(join(folder, 'none.json'))).toEqual({ passed: 0, failed: 1 });
  expect(countOf(broken)).toEqual({ passed: 0, failed: 1 });
});

test('counts are added up', () => {
  const counts = [
    { passed: 1, failed: 0 },
    { passed: 2, failed: 1 },
  ];
  expect(total(counts)).toEqual({ passed: 3, failed: 1 });
});
