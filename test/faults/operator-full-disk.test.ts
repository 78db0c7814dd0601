import { execFile } from 'node:child_process';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, until } from '../support/bridge-api.js';
import { OperatedBridge } from '../operator/operated-bridge.js';

const MIB = 2 ** 20;
const run = promisify(execFile);

describe('A disk that others fill', () => {
  let kafka: LocalKafka;
  let disk: string;
  let operated: OperatedBridge;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('nf', { partitions: 1 });
    disk = await mkdtemp(join(tmpdir(), 'ponte-full-'));
    await run('mount', ['-t', 'tmpfs', '-o', 'size=64m', 'ponte-test', disk]);
  }, 120_000);

  afterAll(async () => {
    await operated?.setup.dispose();
    await run('umount', [disk]);
    await rm(disk, { recursive: true, force: true });
    await kafka?.stop();
  });

  /** Somebody else takes all of the disk that is left. */
  async function fill(): Promise<void> {
    const file = await open(join(disk, 'others'), 'a');
    try {
      for (let size = MIB; size >= 1; size = Math.floor(size / 4)) {
        const written = (): Promise<boolean> =>
          file.write(Buffer.alloc(size, 1)).then(
            ({ bytesWritten }) => bytesWritten > 0,
            () => false,
          );
        while (await written());
      }
    } finally {
      await file.close();
    }
  }

  it('is told in health, log and check; the backlog drains all the same, and room makes it accept again', async () => {
    operated = await OperatedBridge.prepare(kafka.bootstrap, {
      OUTBOX_URL: `sqlite:${join(disk, 'outbox.db')}`,
      OUTBOX_BALLAST: '8 MiB',
      BATCH_MAX_BYTES: '1 MiB',
      MIN_FREE_DISK: '4 MiB',
    });
    const { bridge } = operated.setup;
    await bridge.start();
    expect((await stat(join(disk, 'outbox.db.ballast'))).size).toBe(8 * MIB);
    await kafka.killAll();
    const waiting = await operated.postMany('nf', 'waiting', 20);
    await fill();

    // Until the disk is looked at the next time a record may still find room.
    const refused = await until(
      'a POST is refused',
      async () => {
        const id = `late-${waiting.length}`;
        const answer = await operated.post('nf', id);
        if (answer.status < 300) waiting.push(id);
        return answer;
      },
      ({ status }) => status === 507,
    );
    expect(refused.body['code']).toMatch(/^storage_(low|full)$/);
    await until(
      'readiness says so',
      () => operated.ready(),
      ({ status, body }) => status === 507 && body['code'] === 'storage_low',
    );
    const told = bridge.logs().filter(({ message }) => message === 'New records are refused');
    expect(told.map(({ params }) => params)).toEqual([expect.objectContaining({ limit: 'disk' })]);
    const looked = await operated.command('check');
    expect(looked.said).toContain('The disk is nearly full: new records are refused with 507.');
    expect(looked.code).toBe(1);

    await kafka.startAll();
    await kafka.waitReady();
    await drained(operated.url);
    expect(await operated.idsIn('nf')).toEqual(waiting.toSorted());

    const { pid } = bridge;
    await rm(join(disk, 'others'));
    await until(
      'it accepts again',
      () => operated.post('nf', 'afterwards'),
      ({ status }) => status < 300,
    );
    expect(bridge.pid).toBe(pid);
    await drained(operated.url);
    expect((await operated.command('check')).code).toBe(0);
    expect(await operated.idsIn('nf')).toEqual([...waiting, 'afterwards'].toSorted());
  }, 300_000);
});
