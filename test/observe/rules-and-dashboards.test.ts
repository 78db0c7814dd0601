import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { INSTRUMENTS } from '@bridge/metrics';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { prometheusProgram } from '../../dev/prometheus.js';
import { describeWhereNothingIsMissing } from '../support/describe-where.js';
import { run } from '../support/foreign-tools.js';
import { whyNoPrometheus } from '../support/prometheus.js';

const RULES = 'deploy/prometheus/alerts.yml';
const RULE_TESTS = 'deploy/prometheus/alerts.test.yml';
/** The first use fetches Debian's package. */
const LIMIT_MS = 240_000;

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly {
    readonly id: number;
    readonly description: string;
    readonly datasource: { readonly uid: string };
    readonly gridPos: { readonly x: number; readonly y: number; readonly w: number };
  }[];
}

const file = (path: string): Promise<string> => readFile(join(PROJECT_ROOT, path), 'utf8');

const all = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');

const withPromtool = describeWhereNothingIsMissing(await whyNoPrometheus());

withPromtool('the rules', () => {
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
});

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

test('each link of the runbook leads to a heading', async () => {
  const anchor = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
  const links = all(await file('docs/runbook.md'), /\]\(([^)]+)\)/g);
  expect(links.length).toBeGreaterThan(20);
  const astray: string[] = [];
  for (const link of new Set(links)) {
    const [path = '', wanted] = link.split('#');
    const text = await file(path === '' ? 'docs/runbook.md' : join('docs', path));
    const found = all(text, /^#+ (.+)$/gm).map(anchor);
    if (wanted !== undefined && !found.includes(wanted)) astray.push(link);
  }
  expect(astray).toEqual([]);
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

test('the dashboards are for three readers, and each panel says what it shows', async () => {
  const folder = join(PROJECT_ROOT, 'deploy/grafana/dashboards');
  const boards = await Promise.all(
    (await readdir(folder)).map(
      async (name) => JSON.parse(await readFile(join(folder, name), 'utf8')) as Dashboard,
    ),
  );
  expect(boards.map(({ uid }) => uid).toSorted()).toEqual([
    'ponte-flow',
    'ponte-internals',
    'ponte-overview',
  ]);
  for (const { panels } of boards) {
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const places = panels.map(({ gridPos: { x, y } }) => `${x},${y}`);
    expect(new Set(places).size).toBe(panels.length);
    for (const { description, gridPos, datasource } of panels) {
      expect(description).toMatch(/\.$/);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      expect(datasource.uid).toBe('${datasource}');
    }
  }
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
