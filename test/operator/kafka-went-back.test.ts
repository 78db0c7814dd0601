import kafkajs from 'kafkajs';
import { drained } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { OperatedBridge } from './operated-bridge.js';

describe('KAFKA_WENT_BACK: Kafka has lost the ledger', () => {
  let cluster: SharedCluster;
  let operated: OperatedBridge;

  beforeAll(async () => {
    cluster = await sharedCluster();
  }, 120_000);

  afterAll(async () => {
    await operated?.setup.dispose();
    await cluster?.release();
  });

  /** What `kafka-consumer-groups.sh --delete` does. */
  async function deleteLedger(): Promise<void> {
    const [meta] = await sqliteFile(
      operated.setup.database,
      "SELECT value FROM meta WHERE name = 'outbox_id'",
    );
    const kafka = new kafkajs.Kafka({
      brokers: cluster.bootstrap,
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteGroups([`ponte-${String(meta?.['value'])}-ledger`]);
    await admin.disconnect();
  }

  it('with the topics whole: reconcile finds every sent record there, and what waits goes out once', async () => {
    operated = await OperatedBridge.prepare(cluster.bootstrap);
    const topic = await cluster.createTopic('ledger-gone');
    const { bridge } = operated.setup;
    const sent: string[] = [];
    await operated.whileDelivering(async () => {
      sent.push(...(await operated.postMany(topic, 'sent', 6)));
    });
    await deleteLedger();

    const looked = await operated.command('check');
    expect(looked.said).toMatch(/main-0: .*Kafka holds no number. KAFKA_WENT_BACK/);
    expect(looked.code).toBe(1);
    await operated.startStopped('KAFKA_WENT_BACK');
    expect(bridge.lines.filter((line) => line.includes('KAFKA_WENT_BACK'))).toHaveLength(1);
    const waiting = await operated.postMany(topic, 'waiting', 2);
    await bridge.terminate();

    const dry = await operated.command('reconcile', '--json');
    expect(dry.code).toBe(1);
    expect(dry.json).toMatchObject({ found: [], remembered: [], missing: [], agedOut: 0 });
    expect((await operated.command('reconcile', '--apply')).code).toBe(0);
    await bridge.start();
    await drained(operated.url);
    expect((await operated.ready()).status).toBe(200);
    expect(await operated.idsIn(topic)).toEqual([...sent, ...waiting].toSorted());
  }, 240_000);
});
