import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { startOptions } from '../../dev/start-options.js';
import { describeWhereNothingIsMissing } from '../support/describe-where.js';
import { pythonWith, run } from '../support/foreign-tools.js';

const AT_MOST = 2;
const deploy = (path: string): string => join(PROJECT_ROOT, 'deploy', path);

const isThere = spawnSync('systemd-analyze', ['--version']).status === 0;
const withSystemd = describeWhereNothingIsMissing(
  isThere ? null : 'systemd-analyze is missing (Debian: apt-get install systemd)',
);

withSystemd.each(['ponte.service', 'ponte-dead-letter-alerts.service'])('%s', (unit) => {
  test(`has an exposure of ${AT_MOST} at most`, async () => {
    const offline = ['security', '--offline=true', '--no-pager', deploy(`systemd/${unit}`)];
    const words = await run('systemd-analyze', offline);
    const exposure = /exposure level for \S+\.service: (\d+\.\d+)/.exec(words)?.[1];
    expect(Number(exposure)).toBeLessThanOrEqual(AT_MOST);
  });
});

test('a release starts the bridge with the options of npm start', async () => {
  const options = await startOptions();
  expect(options).not.toHaveLength(0);
  const script = await readFile(deploy('release/ponte'), 'utf8');
  expect(/start\) program=main options='(.+)' ;;/.exec(script)?.[1]).toBe(options.join(' '));
});

test('shellcheck finds nothing in what a server runs', async () => {
  const python = await pythonWith(join(PROJECT_ROOT, 'test', 'deploy', 'requirements.txt'));
  const scripts = [
    deploy('systemd/install.sh'),
    deploy('release/ponte'),
    deploy('container/try.sh'),
  ];
  expect(await run(join(python, '..', 'shellcheck'), scripts)).toBe('');
}, 180_000);
