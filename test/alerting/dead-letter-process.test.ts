import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { freePorts } from '../../dev/free-ports.js';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { until } from '../support/bridge-api.js';

const MAIN = join(PROJECT_ROOT, 'dist', 'apps', 'bridge', 'src', 'dead-letter-alerts', 'main.js');

describe('npm run dead-letter-alerts', () => {
  let child: ChildProcess | null = null;
  let said: string;

  function start(env: Readonly<Record<string, string>>): ChildProcess {
    const { PATH, HOME } = process.env;
    const started = spawn(process.execPath, [MAIN], { env: { PATH, HOME, ...env } });
    said = '';
    for (const output of [started.stdout, started.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => (said += text));
    }
    return (child = started);
  }
  const says = (words: string) =>
    until(
      words,
      () => Promise.resolve(said),
      (text) => text.includes(words),
    );

  afterEach(async () => {
    if (child?.exitCode === null && child.kill('SIGKILL')) await once(child, 'close');
  });

  test('waits for a Kafka that is away, hears its signals, and ends in good order', async () => {
    const [silent] = await freePorts(1);
    const started = start({
      KAFKA_BROKERS: `127.0.0.1:${silent}`,
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${silent}/`,
    });
    await says('The dead letter topic cannot be read yet');
    started.kill('SIGUSR2');
    await says('The log level is changed');
    started.kill('SIGTERM');
    expect(await once(started, 'close')).toEqual([0, null]);
    expect(said.split('The dead letter topic cannot be read yet')).toHaveLength(2);
  });

  test('says what it needs, and ends with 78', async () => {
    expect(await once(start({}), 'close')).toEqual([78, null]);
    expect(said).toContain('  ALERT_WEBHOOK_URL: must be set');
  });
});
