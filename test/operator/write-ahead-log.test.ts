import { rm } from 'node:fs/promises';
import { SqliteConnection } from '../../libs/outbox/src/sqlite/sqlite-connection.js';
import { drained } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { OperatedBridge } from './operated-bridge.js';

describe('the write-ahead log of a bridge that was killed', () => {
  let cluster: SharedCluster;
  let operated: OperatedBridge;
  let topic: string;

  beforeAll(async () => {
    cluster = await sharedCluster();
  }, 120_000);

  beforeEach(async () => {
    operated = await OperatedBridge.prepare(cluster.bootstrap);
    topic = await cluster.createTopic('log');
  });

  afterEach(async () => {
    await operated?.setup.dispose();
  });

  afterAll(async () => {
    await cluster?.release();
  });

  /** Some records are sent, some wait, and it is killed while all of this stands in the log alone. */
  async function kill(): Promise<string[]> {
    const { bridge, database } = operated.setup;
    await operated.whileDelivering(async () => {
      await operated.postMany(topic, 'old', 1);
    });
    await bridge.start();
    // A reader keeps what comes now from being moved out of the log.
    const reader = await SqliteConnection.open(database, 'read only');
    await reader.query('BEGIN');
    await reader.query('SELECT COUNT(*) FROM outbox');
    const sent = await operated.postMany(topic, 'sent', 5);
    await drained(operated.url);
    await bridge.kill();
    await bridge.start({ KAFKA_BROKERS: '127.0.0.1:9' });
    const waiting = await operated.postMany(topic, 'waiting', 3);
    await bridge.kill();
    await reader.close();
    return ['old-0', ...sent, ...waiting].toSorted();
  }

  async function deleteLog(): Promise<void> {
    for (const suffix of ['-wal', '-shm']) await rm(operated.setup.database + suffix);
  }

  const repaired = (): string[] =>
    operated.setup.bridge.lines.filter((line) => line.includes('The outbox was put right'));

  it('is put back when it was deleted: what was accepted is delivered, once', async () => {
    const posted = await kill();
    await deleteLog();
    await operated.whileDelivering(async () => {
      expect((await operated.ready()).status).toBe(200);
    });
    expect(repaired()).toHaveLength(1);
    expect(await operated.idsIn(topic)).toEqual(posted);
  }, 240_000);

  it('may be moved into the database by another program, and nobody is told', async () => {
    const posted = await kill();
    await sqliteFile(operated.setup.database, 'SELECT COUNT(*) FROM outbox');
    await operated.whileDelivering();
    expect(repaired()).toEqual([]);
    expect(await operated.idsIn(topic)).toEqual(posted);
  }, 240_000);

  it('does not come back to a database that was written to since: delivery stops until it was reconciled', async () => {
    await kill();
    await deleteLog();
    await sqliteFile(operated.setup.database, 'CREATE TABLE "of somebody else" (id integer)');
    const looked = await operated.command('check');
    expect(looked.said).toContain('RECONCILE_NEEDED: the outbox has lost its write-ahead log');
    expect(looked.code).toBe(1);
    const { bridge } = operated.setup;
    await operated.startStopped('RECONCILE_NEEDED');
    expect(bridge.lines.filter((line) => line.includes('RECONCILE_NEEDED'))).toHaveLength(1);
    await bridge.terminate();
    // Another start does not take the mark away.
    await operated.startStopped('RECONCILE_NEEDED');
    await bridge.terminate();

    expect((await operated.command('reconcile', '--apply')).code).toBe(0);
    await operated.whileDelivering(async () => {
      await operated.postMany(topic, 'sent', 5);
    });
    const ids = await operated.idsIn(topic);
    expect(ids.filter((id) => id.startsWith('sent-'))).toEqual(
      [0, 1, 2, 3, 4].map((n) => `sent-${n}`),
    );
    expect(new Set(ids).size).toBe(ids.length);
  }, 240_000);
});
