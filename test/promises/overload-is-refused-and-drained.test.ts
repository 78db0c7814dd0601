import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, until } from '../support/bridge-api.js';
import { startBridge } from '../support/bridge-setup.js';
import { headerOf, readTopic } from '../support/consumer.js';

const run = promisify(execFile);

interface Answer {
  readonly status: number;
  readonly code: string | undefined;
  readonly retryAfter: number;
}

async function post(url: string, topic: string, id: string, data = 'x'): Promise<Answer> {
  const response = await fetch(`${url}/topics/${topic}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', prefer: 'wait=0' },
    body: JSON.stringify({ key: 'k', message_id: id, data }),
  });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code, retryAfter: Number(response.headers.get('retry-after')) };
}

/** Posts until the bridge refuses. Returns the accepted ids and the refusal. */
async function fill(url: string, topic: string, data: string, most: number) {
  const accepted: string[] = [];
  for (let number = 0; number < most; number++) {
    const id = `${topic}-${number}`;
    const answer = await post(url, topic, id, data);
    if (answer.status !== 201) return { accepted, refusal: answer };
    accepted.push(id);
  }
  throw new Error(`${most} records were accepted without a refusal.`);
}

const idsOf = async (kafka: LocalKafka, topic: string) =>
  (await readTopic(kafka.bootstrap, topic)).map((record) => headerOf(record, 'message-id'));

describe('Overload is refused early, and what was accepted is delivered', () => {
  let kafka: LocalKafka;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('queue', { partitions: 1 });
    await kafka.createTopic('disk', { partitions: 1 });
  }, 120_000);

  beforeEach(async () => {
    await kafka.killAll();
  });

  afterAll(async () => {
    await kafka?.stop();
  });

  it('refuses above the limit of queued rows, still answers for what it has, and opens again', async () => {
    const { bridge, dispose } = await startBridge(kafka.bootstrap, { QUEUE_MAX_ROWS: '100' });
    try {
      const { accepted, refusal } = await fill(bridge.url, 'queue', 'x', 200);
      expect(accepted).toHaveLength(100);
      expect(refusal).toMatchObject({ status: 503, code: 'queue_full' });
      expect(refusal.retryAfter).toBeGreaterThanOrEqual(1);
      // Whoever asks again for a record that is safe learns that it is safe.
      expect((await post(bridge.url, 'queue', 'queue-0')).status).toBe(201);
      const ready = await fetch(`${bridge.url}/health/ready`);
      expect([ready.status, ((await ready.json()) as { code: string }).code]).toEqual([
        503,
        'queue_full',
      ]);

      await kafka.startAll();
      await kafka.waitReady();
      await drained(bridge.url);
      expect((await post(bridge.url, 'queue', 'afterwards')).status).toBeLessThan(202);
      await drained(bridge.url);
      expect(await idsOf(kafka, 'queue')).toEqual([...accepted, 'afterwards']);
    } finally {
      await dispose();
    }
  }, 180_000);

  it('refuses before its disk is full, drains on the full disk, and opens again', async () => {
    const disk = await mkdtemp(join(tmpdir(), 'ponte-disk-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=48m', 'ponte-test', disk]);
    const { bridge, dispose } = await startBridge(kafka.bootstrap, {
      OUTBOX_URL: `sqlite:${join(disk, 'outbox.db')}`,
      OUTBOX_BALLAST: '8 MiB',
      MIN_FREE_DISK: '4 MiB',
      BATCH_MAX_BYTES: '1 MiB',
      RETENTION_SENT: '1s',
    });
    try {
      const { accepted, refusal } = await fill(bridge.url, 'disk', 'x'.repeat(100_000), 1_000);
      expect(accepted.length).toBeGreaterThan(20);
      expect(refusal).toMatchObject({ status: 507, code: expect.stringMatching(/^storage_/) });
      expect(refusal.retryAfter).toBeGreaterThanOrEqual(1);

      await kafka.startAll();
      await kafka.waitReady();
      await drained(bridge.url);
      expect(await idsOf(kafka, 'disk')).toEqual(accepted);
      // Retention gives the room of what was delivered back, and the bridge accepts again by itself.
      await until(
        'the bridge accepts again',
        () => post(bridge.url, 'disk', 'afterwards'),
        ({ status }) => status < 300,
        120_000,
      );
    } finally {
      await dispose();
      await run('umount', [disk]);
      await rm(disk, { recursive: true, force: true });
    }
  }, 300_000);
});
