import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { faultOf, testsIn } from './named-tests.js';

describe.each([
  ['docs/threat-model.md', 17],
  ['docs/asvs.md', 30],
])('%s', (path, least) => {
  let rows: readonly string[];

  beforeAll(async () => {
    const text = await readFile(join(PROJECT_ROOT, path), 'utf8');
    const [, , ...lines] = text.split('\n').filter((line) => line.startsWith('| '));
    rows = lines.map((line) => line.slice(2, -2).split(' | ').at(-1) ?? '');
  });

  test('names a test in every row', () => {
    expect(rows.length).toBeGreaterThanOrEqual(least - 2);
    expect(rows.filter((row) => testsIn(row).length === 0)).toEqual([]);
  });

  test('names tests that are there', async () => {
    const faults = await Promise.all(rows.flatMap(testsIn).map(faultOf));
    expect(faults.filter((fault) => fault !== null)).toEqual([]);
  });
});
