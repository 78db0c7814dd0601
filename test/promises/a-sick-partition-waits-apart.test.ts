import kafkajs from 'kafkajs';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, getJson, messageView, until } from '../support/bridge-api.js';
import type { BridgeProcess } from '../support/bridge-process.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { check, NOTHING_WRONG } from '../support/oracle/check.js';
import { postSequentially } from '../support/oracle/posting-client.js';

interface Metrics {
  readonly metrics: { readonly totalFailed: number };
}

/** The broker that leads the only partition of the topic. */
async function leaderOf(bootstrap: string[], topic: string): Promise<number> {
  const kafka = new kafkajs.Kafka({ brokers: bootstrap, logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics[0]?.partitions[0]?.leader ?? 0;
  } finally {
    await admin.disconnect();
  }
}

describe('A partition without a leader waits apart, and nobody else waits with it', () => {
  let kafka: LocalKafka;
  let setup: BridgeSetup;
  let bridge: BridgeProcess;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    // One replica: when its broker is gone, the partition has no leader, while the cluster is well.
    await kafka.createTopic('sick', {
      partitions: 1,
      replicationFactor: 1,
      config: { 'min.insync.replicas': '1' },
    });
    await kafka.createTopic('well');
    setup = await startBridge(kafka.bootstrap, { CONFIRM_WAIT_MS: '30000' });
    ({ bridge } = setup);
  }, 120_000);

  afterAll(async () => {
    await setup?.dispose();
    await kafka?.stop();
  });

  it('delivers the others meanwhile, counts no attempt, and delivers in order when the leader is back', async () => {
    const post = (client: number, topic: string, records: number, headers = {}) =>
      postSequentially({ url: bridge.url, topic, client, records, key: () => 'k', headers });
    const first = await post(0, 'sick', 2);
    await post(1, 'well', 2);
    const leader = kafka.broker(await leaderOf(kafka.bootstrap, 'sick'));
    await leader.kill();

    const waiting = await post(0, 'sick', 5, { prefer: 'wait=0' });
    expect(waiting.every(({ status }) => status === 201)).toBe(true);
    const others = await post(2, 'well', 10);
    expect(others.filter(({ status }) => status !== 200)).toEqual([]);
    // The quarantine holds: the others are not thrown back again and again.
    const more = await post(3, 'well', 20);
    expect(more.filter(({ status }) => status !== 200)).toEqual([]);
    expect(await messageView(bridge.url, waiting[0]?.messageId ?? '')).toMatchObject({
      status: 'pending',
      retry_count: 0,
    });

    await leader.start();
    await kafka.waitReady();
    const { outbox } = await drained(bridge.url);
    expect(outbox.dlq).toBe(0);
    expect((await getJson<Metrics>(`${bridge.url}/metrics`)).metrics.totalFailed).toBe(0);
    const records = await readTopic(kafka.bootstrap, 'sick');
    expect(records.map((record) => headerOf(record, 'message-id'))).toEqual(
      [...first, ...waiting].map(({ messageId }) => messageId),
    );
  }, 180_000);

  it('goes on with two of three brokers lost, once one of them is back', async () => {
    const posting = postSequentially({
      url: bridge.url,
      topic: 'well',
      client: 5,
      records: 60,
      key: (number) => `key-${number % 3}`,
      headers: { prefer: 'wait=1' },
    });
    await kafka.broker(1).kill();
    await kafka.broker(2).kill();
    await until(
      'health notices that nothing can be written',
      () => getJson<{ kafka: { connected: boolean } }>(`${bridge.url}/health`),
      (health) => !health.kafka.connected,
    );
    await kafka.broker(1).start();
    const posted = await posting;
    await kafka.broker(2).start();
    await kafka.waitReady();
    await drained(bridge.url);
    const mine = (await readTopic(kafka.bootstrap, 'well')).filter((record) =>
      headerOf(record, 'message-id')?.startsWith('m-5-'),
    );
    expect(check(posted, mine)).toEqual(NOTHING_WRONG);
  }, 180_000);
});
