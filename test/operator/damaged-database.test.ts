import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { drained } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { destroyPages, leafPagesWith, rootPageOf, turnByteOf } from './damaged-file.js';
import { OperatedBridge } from './operated-bridge.js';

const WAITING = 60;

const sha256 = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex');

describe('a damaged database', () => {
  let cluster: SharedCluster;
  let operated: OperatedBridge;
  let database: string;
  let topic: string;

  beforeAll(async () => {
    cluster = await sharedCluster();
  }, 120_000);

  beforeEach(async () => {
    operated = await OperatedBridge.prepare(cluster.bootstrap);
    ({ database } = operated.setup);
    topic = await cluster.createTopic('damaged');
  });

  afterEach(async () => {
    await operated?.setup.dispose();
  });

  afterAll(async () => {
    await cluster?.release();
  });

  /** Ten records are sent, then so many wait; the texts fill several pages. */
  async function fillIt(): Promise<{ sent: string[]; waiting: string[] }> {
    const sent: string[] = [];
    const waiting: string[] = [];
    await operated.whileDelivering(async () => {
      sent.push(...(await operated.postMany(topic, 'sent', 10)));
    });
    await operated.whileKafkaIsAway(async () => {
      for (let number = 0; number < WAITING; number++) {
        const id = `waiting-${number}`;
        await operated.post(topic, id, `${id}-${'x'.repeat(700)}`);
        waiting.push(id);
      }
    });
    return { sent, waiting };
  }

  /** The page of the table `record` that holds it; what was posted stands in `payload`. */
  async function recordPageOf(id: string): Promise<number> {
    const payloads = await leafPagesWith(database, `${id}-x`);
    const [page = 0] = (await leafPagesWith(database, id)).filter((one) => !payloads.includes(one));
    return page;
  }

  async function damagedFolder(): Promise<string> {
    const names = await readdir(dirname(database));
    const [name] = names.filter((one) => one.startsWith(`${basename(database)}.damaged-`));
    return join(dirname(database), name ?? '');
  }

  async function expectRefusal(): Promise<void> {
    const { ended } = await operated.setup.bridge.launch();
    expect((await ended).code).toBe(74);
    const said = operated.setup.bridge.lines.filter((line) => line.includes('storage_corrupt'));
    expect(said).toEqual([expect.stringContaining('npm run outbox -- recover')]);
  }

  it('is refused, recovered without a byte of it being changed, reconciled, and delivers the rest once', async () => {
    const { sent, waiting } = await fillIt();
    const [payloads = 0] = await leafPagesWith(database, 'waiting-30-x');
    await destroyPages(database, [payloads, await recordPageOf('waiting-45')]);
    await turnByteOf(database, 'waiting-5-xxx');
    const before = await sha256(database);

    const looked = await operated.command('check');
    expect(looked.code).toBe(1);
    expect(looked.said).toContain('npm run outbox -- recover');
    await expectRefusal();

    const recovered = await operated.command('recover', '--json');
    expect(recovered.code).toBe(1);
    expect(await sha256(join(await damagedFolder(), 'outbox.db'))).toBe(before);
    const named = (what: string): string[] =>
      (recovered.json[what] as { messageId: string }[]).map(({ messageId }) => messageId);
    expect(named('unreadable')).toContain('waiting-45');
    expect(named('unreadable').length).toBeLessThan(20);
    expect(named('withoutPayload')).toContain('waiting-30');
    expect(named('withoutPayload').length).toBeLessThan(10);
    expect(named('distrusted')).toEqual(['waiting-5']);
    const lost = [...named('unreadable'), ...named('withoutPayload')];

    await operated.startStopped('RECONCILE_NEEDED');
    await operated.setup.bridge.terminate();
    expect((await operated.command('reconcile', '--apply')).code).toBe(0);
    await operated.setup.bridge.start();
    await drained(operated.url);
    const gone = new Set([...lost, 'waiting-5']);
    const kept = waiting.filter((id) => !gone.has(id));
    expect(await operated.idsIn(topic)).toEqual([...sent, ...kept].toSorted());
    // Records that Kafka has are known by their ids, those that were lost are new when the ERP posts them again.
    expect((await operated.post(topic, 'sent-0')).body['duplicate']).toBe(true);
    expect((await operated.post(topic, 'waiting-30')).body['duplicate']).toBeUndefined();
    expect((await operated.post(topic, 'waiting-45')).body['duplicate']).toBeUndefined();
  }, 240_000);

  it('loses sent records, and reconcile knows them again from Kafka', async () => {
    const { sent } = await fillIt();
    const [page = 0] = await leafPagesWith(database, 'sent-4');
    await destroyPages(database, [page]);
    const recovered = await operated.command('recover');
    expect(recovered.said).toMatch(/sent-4 \(id \d+\)/);
    const reconciled = await operated.command('reconcile', '--apply');
    expect(reconciled.said).toContain('sent-4');
    await operated.setup.bridge.start();
    for (const id of sent) {
      expect((await operated.post(topic, id)).body['duplicate']).toBe(true);
    }
    await drained(operated.url);
    const ids = await operated.idsIn(topic);
    expect(ids.filter((id) => id.startsWith('sent-'))).toEqual(sent);

    // What was remembered outlives the next damage.
    await operated.setup.bridge.terminate();
    const [other = 0] = await leafPagesWith(database, 'waiting-50-x');
    await destroyPages(database, [other]);
    const again = await operated.command('recover', '--json');
    const tables = again.json['tables'] as { table: string; salvaged: number }[];
    const remembered = tables.find(({ table }) => table === 'settled_id');
    expect(remembered?.salvaged).toBeGreaterThan(0);
  }, 240_000);

  it('is recovered whole when only its first page is gone', async () => {
    const { sent, waiting } = await fillIt();
    await destroyPages(database, [1]);
    await expectRefusal();
    const recovered = await operated.command('recover', '--json');
    expect(recovered.json).toMatchObject({
      damaged: true,
      unreadable: [],
      withoutPayload: [],
      distrusted: [],
    });
    expect((await operated.command('reconcile', '--apply')).code).toBe(0);
    await operated.whileDelivering();
    expect(await operated.idsIn(topic)).toEqual([...sent, ...waiting].toSorted());
  }, 240_000);

  it('needs its name when that is lost, and tells which Kafka knows', async () => {
    const { sent, waiting } = await fillIt();
    const [meta] = await sqliteFile(database, "SELECT value FROM meta WHERE name = 'outbox_id'");
    const outboxId = String(meta?.['value']);
    await destroyPages(database, [await rootPageOf(database, 'meta')]);
    const before = await sha256(database);

    const refused = await operated.command('recover');
    expect(refused.code).toBe(2);
    expect(refused.said).toContain('--outbox-id');
    expect(refused.said).toContain(outboxId);
    expect(await sha256(database)).toBe(before);

    const recovered = await operated.command('recover', '--outbox-id', outboxId);
    expect(recovered.code).toBe(1);
    expect((await operated.command('reconcile', '--apply')).code).toBe(0);
    await operated.whileDelivering();
    expect(await operated.idsIn(topic)).toEqual([...sent, ...waiting].toSorted());
  }, 240_000);

  it('that is whole but for a payload is told, recovered, and sends no tombstone in its place', async () => {
    await operated.whileKafkaIsAway(async () => {
      await operated.postMany(topic, 'waiting', 3);
    });
    await sqliteFile(
      database,
      "DELETE FROM payload WHERE record_id = (SELECT id FROM record WHERE message_id = 'waiting-1')",
    );
    await sqliteFile(database, "INSERT INTO payload (record_id, value) VALUES (1000, 'of nobody')");
    const looked = await operated.command('check');
    expect(looked.code).toBe(1);
    expect(looked.said).toMatch(/the payload of waiting-1 \(id \d+\) is gone.*-- recover/);

    const recovered = await operated.command('recover', '--json');
    expect(recovered.json).toMatchObject({
      unreadable: [],
      withoutPayload: [{ messageId: 'waiting-1' }],
      distrusted: [],
    });
    expect((await operated.command('reconcile', '--apply')).code).toBe(0);
    expect((await operated.command('check', '--json')).json).toMatchObject({
      damage: [],
      orphanPayloads: 0,
    });
    await operated.whileDelivering();
    expect(await operated.idsIn(topic)).toEqual(['waiting-0', 'waiting-2']);
  }, 120_000);

  it('is not touched when it is whole', async () => {
    await operated.whileKafkaIsAway(async () => {
      await operated.postMany(topic, 'waiting', 1);
    });
    const before = await sha256(database);
    const { code, said } = await operated.commandWithoutKafka('recover');
    expect({ code, same: (await sha256(database)) === before }).toEqual({ code: 0, same: true });
    expect(said).toContain('is not damaged');
  }, 120_000);
});
