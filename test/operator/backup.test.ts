import { copyFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { drained } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { OperatedBridge } from './operated-bridge.js';

describe('a backup', () => {
  let cluster: SharedCluster;
  let operated: OperatedBridge;

  beforeEach(async () => {
    cluster = await sharedCluster();
    operated = await OperatedBridge.prepare(cluster.bootstrap);
  }, 120_000);

  afterEach(async () => {
    await operated?.setup.dispose();
    await cluster?.release();
  });

  it('is taken under load, is whole, and a bridge on it sends nothing before it was reconciled', async () => {
    const topic = await cluster.createTopic('backup');
    const { bridge, folder, database } = operated.setup;
    const file = join(folder, 'backup.db');
    await bridge.start();
    await operated.postMany(topic, 'before', 20);
    const during: string[] = [];
    const taking = new AbortController();
    const load = (async () => {
      for (let number = 0; !taking.signal.aborted; number++) {
        during.push(...(await operated.postMany(topic, `during-${number}`, 5)));
      }
    })();
    const taken = await operated.command('backup', file, '--json');
    taking.abort();
    await load;
    expect(taken.code).toBe(0);
    expect(taken.json['rows']).toBeGreaterThanOrEqual(20);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await sqliteFile(file, 'PRAGMA integrity_check')).toEqual([{ integrity_check: 'ok' }]);
    await drained(operated.url);
    const sent = await operated.idsIn(topic);
    await bridge.terminate();

    for (const name of await readdir(dirname(database))) await rm(join(dirname(database), name));
    await copyFile(file, database);
    await operated.startStopped('RECONCILE_NEEDED');
    await bridge.terminate();
    expect((await operated.command('reconcile', '--apply')).code).toBe(0);
    await bridge.start();
    await drained(operated.url);
    for (const id of during) {
      expect((await operated.post(topic, id)).body['duplicate']).toBe(true);
    }
    expect(await operated.idsIn(topic)).toEqual(sent);
  }, 240_000);

  it('never overwrites a file', async () => {
    const file = join(operated.setup.folder, 'other.txt');
    await writeFile(file, 'mine');
    await operated.whileKafkaIsAway(async () => undefined);
    const refused = await operated.command('backup', file);
    expect(refused.said).toContain('exists already');
    expect(refused.code).toBe(2);
    expect((await stat(file)).size).toBe(4);
  });

  it('of no outbox is refused, and nothing is left behind', async () => {
    const file = join(operated.setup.folder, 'backup.db');
    const refused = await operated.command('backup', file);
    expect(refused.said).toContain('There is no outbox at');
    expect(refused.code).toBe(2);
    expect(await readdir(operated.setup.folder)).toEqual([]);
  });
});
