import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectNoCanary, goodPosts, SECRET, send } from '../http/canary.js';
import { until } from '../support/bridge-api.js';
import { BridgeProcess } from '../support/bridge-process.js';

const IS_OUTBOX = /^outbox\.db/;
const REPORTS = '--report-on-signal --report-on-fatalerror --report-uncaught-exception';

describe('a bridge that dies with what was posted in its memory', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-dumps-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function posted(before: string, env: Readonly<Record<string, string>> = {}) {
    const bridge = await BridgeProcess.start({
      before,
      cwd: folder,
      env: {
        KEYS_PATH: join(folder, 'keys.json'),
        OUTBOX_URL: `sqlite:${join(folder, 'outbox.db')}`,
        OUTBOX_BALLAST: '0',
        KAFKA_BROKERS: '127.0.0.1:1',
        CONFIRM_WAIT_MS: '0',
        ...env,
      },
    });
    const statuses: number[] = [];
    for (const one of goodPosts('orders', 'unknown')) {
      statuses.push((await send(bridge.url, one)).status);
    }
    expect(statuses).toContain(201);
    return bridge;
  }
  const codes = (bridge: BridgeProcess): readonly unknown[] =>
    bridge.logs().map(({ params }) => (params as { code?: unknown } | undefined)?.code);

  async function expectOnlyTheOutbox(): Promise<void> {
    const others = (await readdir(folder)).filter((name) => !IS_OUTBOX.test(name));
    for (const name of others) expectNoCanary(await readFile(join(folder, name), 'latin1'), name);
    expect(others).toEqual([]);
  }

  it('leaves no core and says nothing of one, when it was started as the manual says', async () => {
    const bridge = await posted('ulimit -c 0');
    await bridge.abort();
    expect((await bridge.ended)?.signal).toBe('SIGABRT');
    expect(codes(bridge)).not.toContain('core_dump_possible');
    await expectOnlyTheOutbox();
  });

  it('has said at its start where a core may be left', async () => {
    // Less than the smallest core, so that the test leaves none.
    const bridge = await posted('ulimit -S -c 1');
    await bridge.kill();
    expect(codes(bridge)).toContain('core_dump_possible');
  });

  it('leaves no report of Node, whose variables have secrets, also where it is asked for one', async () => {
    const options = `${REPORTS} --report-directory=${folder}`;
    const bridge = await posted('ulimit -c 0', { NODE_OPTIONS: options, ERP_PASSWORD: SECRET });
    bridge.signal('SIGUSR2');
    await until(
      'the report is refused',
      async () => bridge.lines.join('\n'),
      (lines) => lines.includes('No report is written'),
    );
    expect(codes(bridge)).toContain('reports_off');
    await bridge.abort();
    expect((await bridge.ended)?.signal).toBe('SIGABRT');
    await expectOnlyTheOutbox();
    expectNoCanary(bridge.lines.join('\n'), 'standard output and error');
  });
});
