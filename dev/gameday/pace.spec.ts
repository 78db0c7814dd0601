import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { PROJECT_ROOT } from '../project-root.js';
import { intervalsOf, pacedConfiguration, pacedRules, windowOf } from './pace.js';

const file = (name: string): Promise<string> =>
  readFile(join(PROJECT_ROOT, 'deploy', 'prometheus', name), 'utf8');

describe('a rehearsal of the rules', () => {
  test('shortens how long they hold, look over and look back, and nothing else', () => {
    const rules = [
      'expr: rate(x:rate5m[5m]) > 300 and y offset 2h',
      'expr: predict_linear(z[6h], 24 * 3600) < 0',
      'for: 1m',
      'description: for 15m',
    ].join('\n');
    expect(pacedRules(rules, 20)).toBe(
      [
        'expr: rate(x:rate5m[15000ms]) > 300 and y offset 360000ms',
        'expr: predict_linear(z[1080000ms], 24 * 3600) < 0',
        'for: 3000ms',
        'description: for 15m',
      ].join('\n'),
    );
  });

  test('changes every duration of the real rules, and none at the real pace', async () => {
    const rules = await file('alerts.yml');
    expect(pacedRules(rules, 1)).toBe(rules);
    expect(pacedRules(rules, 2)).not.toMatch(/(for: |offset |\[)\d+[smhd]\b/);
  });
});

describe("Prometheus' configuration", () => {
  test('asks our bridge, as often as it is shipped', async () => {
    const real = pacedConfiguration(await file('prometheus.yml'), { port: 20_001, pace: 1 });
    expect(real).toContain("targets: ['127.0.0.1:20001']");
    expect(intervalsOf(real)).toEqual({ scrape: 15, evaluation: 15 });
  });

  test('asks more often in a rehearsal, and each second at most', async () => {
    const rehearsal = pacedConfiguration(await file('prometheus.yml'), { port: 1, pace: 30 });
    expect(intervalsOf(rehearsal)).toEqual({ scrape: 1, evaluation: 1 });
    expect(rehearsal).toContain('scrape_timeout: 1s');
  });
});

test.each([
  ['increase(a[15m]) > 0 unless changes(b[5m])', 900],
  ['up == 0', 0],
])('%s looks back over %d s', (expression, seconds) => {
  expect(windowOf(expression)).toBe(seconds);
});
