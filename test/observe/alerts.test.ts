import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTRUMENTS } from '@bridge/metrics';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { run } from '../support/foreign-tools.js';
import { prometheusProgram } from '../support/prometheus.js';

const RULES = 'deploy/prometheus/alerts.yml';
const RULE_TESTS = 'deploy/prometheus/alerts.test.yml';
/** The first use fetches Debian's package. */
const LIMIT_MS = 240_000;

const file = (path: string): Promise<string> => readFile(join(PROJECT_ROOT, path), 'utf8');

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');

test.each([
  ['check', 'config', 'deploy/prometheus/prometheus.yml'],
  ['check', 'rules', RULES],
  ['test', 'rules', RULE_TESTS],
])(
  'promtool %s %s %s',
  async (...args) => {
    expect(await run(await prometheusProgram('promtool'), args)).toContain('SUCCESS');
  },
  LIMIT_MS,
);

test('each alert has a section of the runbook, and each section an alert', async () => {
  const rules = await file(RULES);
  const alerts = all(rules, /- alert: (\w+)/g);
  const runbook = await file('docs/runbook.md');
  expect(all(runbook, /^## (Ponte\w+)$/gm).toSorted()).toEqual(alerts.toSorted());
  const links = all(rules, /runbook_url: (.+)/g);
  expect(links).toEqual(alerts.map((name) => `docs/runbook.md#${name.toLowerCase()}`));
  for (const section of runbook.split(/^## (?=Ponte)/m).slice(1)) {
    const parts = all(section, /^\*\*([^*]+?)\.?\*\*/gm);
    expect(parts).toEqual([
      'What it means',
      'Since when',
      'What to look at',
      'What to do',
      'It clears',
    ]);
    expect(section).toContain('```sh\n');
  }
});

test('the tests of the rules see each alert fire, and not fire', async () => {
  const alerts = all(await file(RULES), /- alert: (\w+)/g);
  const tests = (await file(RULE_TESTS)).split('- alertname: ').slice(1);
  const seen = (fires: boolean): string[] => {
    const of = tests.filter((text) => /exp_alerts: \[\]/.test(text) !== fires);
    return [...new Set(of.map((text) => /^\w+/.exec(text)?.[0] ?? ''))].toSorted();
  };
  expect(seen(true)).toEqual(alerts.toSorted());
  expect(seen(false)).toEqual(alerts.toSorted());
});

test('alerts and dashboards ask only for what is measured', async () => {
  const dashboards = (await readdir(join(PROJECT_ROOT, 'deploy/grafana/dashboards'))).map(
    (name) => `deploy/grafana/dashboards/${name}`,
  );
  const known = new Set<string>(Object.values(INSTRUMENTS).map(({ name }) => name));
  for (const path of [RULES, RULE_TESTS, ...dashboards]) {
    const asked = all(await file(path), /\b(ponte_\w+?)(?:_bucket|_sum|_count)?\b/g);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  }
});
