import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findSubject } from '@bridge/outbox';
import { markOf } from '../../apps/bridge/src/privacy/index.js';
import { CPF, goodPosts, send } from './canary.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

const SECRET = Buffer.alloc(32, 7);
const MARK = markOf({ kind: 'cpf', name: CPF }, SECRET);

describe('whom a record is about', () => {
  let folder: string;
  let bridge: RunningBridge;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-subjects-'));
    const path = join(folder, 'subjects.keys');
    await writeFile(path, `2026:${SECRET.toString('base64')}\n`);
    bridge = await startBridge({ SUBJECTS_KEY_PATH: path });
    bridge.topics.partitions.set('orders', 1);
  });
  afterAll(async () => {
    await bridge.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const found = async (mark: string): Promise<readonly string[]> =>
    (await findSubject(bridge.outboxUrl, [mark], 'maria')).map(({ messageId }) => messageId);

  test.each(goodPosts('orders', 'memory').map((one) => [one.name, one] as const))(
    'is noted when it comes by %s',
    async (_name, one) => {
      const before = await found(MARK);
      const known = bridge.relay.accepted.length;
      await send(bridge.url, one);
      const ids = bridge.relay.accepted.slice(known).map(({ messageId }) => messageId);
      expect(ids.length).toBeGreaterThan(0);
      expect(await found(MARK)).toEqual([...before, ...ids]);
    },
  );

  test('is noted once when it is posted twice, and by nobody who has another key', async () => {
    const before = await found(MARK);
    const twice = {
      name: 'twice',
      path: '/topics/orders',
      type: 'application/json',
      body: `{"key":"${CPF}","data":"${CPF}","message_id":"twice"}`,
    };
    for (let time = 0; time < 2; time++) await send(bridge.url, twice);
    expect(await found(MARK)).toEqual([...before, 'twice']);
    expect(await found(markOf({ kind: 'cpf', name: CPF }, Buffer.alloc(32, 8)))).toEqual([]);
  });
});
