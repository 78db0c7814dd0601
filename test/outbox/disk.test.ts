import { execFile } from 'node:child_process';
import { open, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { openOutbox, type OutboxStore } from '@bridge/outbox';
import { temporaryFolder } from './engines.js';
import { accepted, invoice, invoices, statuses } from './records.js';

const MIB = 1024 * 1024;
const BALLAST = 4 * MIB;
const run = promisify(execFile);

/** A small file system in memory; needs the right to mount. */
describe('the outbox on a full disk', () => {
  let folder: string;
  let store: OutboxStore;
  let fatal: Error[];

  beforeEach(async () => {
    folder = await temporaryFolder();
    await run('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder]);
  });
  afterEach(async () => {
    await store.close();
    await run('umount', [folder]);
    await rm(folder, { recursive: true });
  });

  async function start(ballastBytes: number): Promise<void> {
    store = await openOutbox({ url: `sqlite:${join(folder, 'outbox.db')}`, ballastBytes });
    fatal = [];
    store.onFatal((error) => fatal.push(error));
  }

  const filler = (): string => join(folder, 'filler');
  const ballast = (): string => join(folder, 'outbox.db.ballast');

  /** Somebody else takes all of the disk that is left. */
  async function fill(): Promise<void> {
    const file = await open(filler(), 'a');
    try {
      for (let size = MIB; size >= 1; size = Math.floor(size / 2)) {
        while (
          await file.write(Buffer.alloc(size, 1)).then(
            () => true,
            () => false,
          )
        );
      }
    } finally {
      await file.close();
    }
  }

  /** A batch that Kafka has committed and that is not closed yet when the disk is full. */
  async function openBatchOf(count: number): Promise<number> {
    const records = await accepted(store, ...invoices(count));
    const entries = records.map(({ id, topic }) => ({ id, topic, partition: 0 }));
    const number = await store.openBatch('main-0', 'records', entries);
    const offsets = records.map((_, position) => String(position));
    await store.noteOffsets('main-0', number, [{ topic: 'notas', partition: 0, offsets }]);
    return number;
  }

  it('refuses new records, and the ballast lets it drain all the same', async () => {
    await start(BALLAST);
    const blocks = (await stat(ballast())).blocks * 512;
    expect(blocks).toBeGreaterThanOrEqual(BALLAST);
    const number = await openBatchOf(500);
    await fill();

    await expect(
      store.accept([invoice('too late', { value: Buffer.alloc(MIB) })]),
    ).rejects.toMatchObject({
      code: 'storage_full',
      retryable: true,
    });
    expect(await store.closeBatch('main-0', number)).toHaveLength(500);
    await store.tendBallast();
    expect((await store.storageHealth()).ballast).toBe(false);
    expect(Object.keys(await statuses(store))).not.toContain('too late');
    expect(new Set(Object.values(await statuses(store)))).toEqual(new Set(['sent']));
    const removed = await store.purge(
      { sentBefore: 9e15, idsBefore: 0, deadLettersBefore: 0 },
      500,
    );
    expect(removed).toBe(500);
    expect(fatal).toEqual([]);
  });

  it('removes large records that are past their age, with no more room than the ballast had', async () => {
    await start(BALLAST);
    const values = Array.from({ length: 10 }, (_, number) =>
      invoice(`large-${number}`, { value: Buffer.alloc(MIB) }),
    );
    for (const one of values) {
      const [record] = await accepted(store, one);
      if (record === undefined) throw new Error('Not accepted');
      const { id, topic } = record;
      const number = await store.openBatch('main-0', 'records', [{ id, topic, partition: 0 }]);
      await store.noteOffsets('main-0', number, [{ topic, partition: 0, offsets: [String(id)] }]);
      await store.closeBatch('main-0', number);
      await store.checkpoint();
      await store.tendBallast();
    }
    await fill();
    const ages = { sentBefore: 9e15, idsBefore: 0, deadLettersBefore: 0 };
    let removed = 0;
    const refusals: unknown[] = [];
    for (let slice = 0; slice <= values.length; slice++) {
      removed += await store.purge(ages, 100).catch((error: unknown) => {
        refusals.push(error);
        return 0;
      });
      await store.checkpoint();
    }
    expect(removed).toBe(values.length);
    // One more slice than records: one may find the disk full, and has the ballast given back to the next.
    expect(refusals.slice(1)).toEqual([]);
    expect(fatal).toEqual([]);
  });

  it('keeps what the ballast gave back for the drain', async () => {
    await start(BALLAST);
    await fill();
    await store.tendBallast();
    await writeFile(join(folder, 'more'), Buffer.alloc(MIB));
    await store.tendBallast();
    const { ballast: inPlace, disk } = await store.storageHealth();
    expect(inPlace).toBe(false);
    const { bavail, bsize } = await statfs(folder);
    expect(bavail * bsize).toBeGreaterThan(2 * MIB);
    // What is kept for the drain is not free for anybody who asks whether records may come.
    expect(disk?.freeBytes).toBe(0);
    await expect(store.accept([invoice('small')])).rejects.toMatchObject({ code: 'storage_full' });
    expect(store.stats().totals.received).toBe(0);
  });

  it('goes on by itself when there is room again, and takes the ballast again', async () => {
    await start(BALLAST);
    await fill();
    await expect(
      store.accept([invoice('too late', { value: Buffer.alloc(6 * MIB) })]),
    ).rejects.toMatchObject({ code: 'storage_full' });
    await rm(filler());
    await store.tendBallast();
    expect((await stat(ballast())).size).toBe(BALLAST);
    expect((await store.storageHealth()).ballast).toBe(true);
    await accepted(store, invoice('again'));
    expect(fatal).toEqual([]);
  });

  it('harms only the operations that need room when several wait', async () => {
    await start(BALLAST);
    const number = await openBatchOf(10);
    await fill();
    const [large, close] = await Promise.allSettled([
      store.accept([invoice('too late', { value: Buffer.alloc(MIB) })]),
      store.closeBatch('main-0', number),
    ]);
    expect(large).toMatchObject({ status: 'rejected', reason: { code: 'storage_full' } });
    expect(close.status).toBe('fulfilled');
  });

  it('answers, and goes on later, when a stranger took more than the ballast gives back', async () => {
    await start(BALLAST);
    const number = await openBatchOf(10);
    // Stands in the write-ahead log alone, and has no room in the database.
    await accepted(store, invoice('large', { value: Buffer.alloc(6 * MIB) }));
    await fill();
    await expect(store.closeBatch('main-0', number)).rejects.toMatchObject({
      code: 'storage_full',
      retryable: true,
    });
    await rm(filler());
    expect(await store.closeBatch('main-0', number)).toHaveLength(10);
    expect(fatal).toEqual([]);
  });

  it('could not drain without a ballast', async () => {
    await start(0);
    const number = await openBatchOf(500);
    await fill();
    await expect(store.closeBatch('main-0', number)).rejects.toMatchObject({
      code: 'storage_full',
    });
    await rm(filler());
    await store.closeBatch('main-0', number);
  });
});
