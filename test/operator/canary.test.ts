import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { badPosts, expectNoCanary, goodPosts, send } from '../http/canary.js';
import { BridgeProcess } from '../support/bridge-process.js';

describe('a bridge that was killed', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-canary-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has written nothing of a CPF or a secret that was posted, at whatever level it logs', async () => {
    const bridge = await BridgeProcess.start({
      env: {
        KEYS_PATH: join(folder, 'keys.json'),
        OUTBOX_URL: `sqlite:${join(folder, 'outbox.db')}`,
        OUTBOX_BALLAST: '0',
        KAFKA_BROKERS: '127.0.0.1:1',
        CONFIRM_WAIT_MS: '0',
        LOG_LEVEL: 'debug',
      },
    });
    try {
      // Without Kafka nobody knows its cluster; the third version is refused, and must not quote either.
      const posts = goodPosts('orders', 'unknown');
      const statuses: number[] = [];
      for (const one of [...posts, ...badPosts(posts)]) {
        const { status, text } = await send(bridge.url, one);
        statuses.push(status);
        expectNoCanary(text, one.name);
      }
      expect(statuses).toContain(201);
      expect(statuses).toContain(400);
    } finally {
      await bridge.kill();
    }
    expect(bridge.lines.length).toBeGreaterThan(3);
    expectNoCanary(bridge.lines.join('\n'), 'standard output and error');
  });
});
