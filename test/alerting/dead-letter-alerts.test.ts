import { Logger } from '@nestjs/common';
import kafkajs, { type Admin, type Kafka } from 'kafkajs';
import { readEnvironment } from '../../apps/bridge/src/config/environment.js';
import {
  deadLetterAlerts,
  type DeadLetterAlerts,
} from '../../apps/bridge/src/dead-letter-alerts/dead-letter-alerts.js';
import { until } from '../support/bridge-api.js';
import { startBridge } from '../support/bridge-setup.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { patchConsumers } from '../../libs/kafka/src/kafkajs-consumers.js';
import { readTopic } from '../support/consumer.js';
import { hookServer, type HookServer } from './hook-server.js';

const SOON = { gatherMs: 100, everyMs: 200 };

let cluster: SharedCluster;
let kafka: Kafka;

beforeAll(async () => {
  patchConsumers();
  Logger.overrideLogger(false);
  cluster = await sharedCluster();
  const { logLevel } = kafkajs;
  kafka = new kafkajs.Kafka({ brokers: cluster.bootstrap, logLevel: logLevel.NOTHING });
});
afterAll(() => cluster.release());

describe('the consumer of the dead letter topic', () => {
  let topic: string;
  let server: HookServer;
  const running: DeadLetterAlerts[] = [];

  beforeEach(async () => {
    topic = await cluster.createTopic('dlq');
    server = await hookServer();
  });
  afterEach(async () => {
    for (const { app } of running.splice(0)) await app.close();
    await server.close();
  });

  async function start(): Promise<DeadLetterAlerts> {
    const config = readEnvironment({
      KAFKA_BROKERS: cluster.bootstrap.join(','),
      DLQ_TOPIC: topic,
      ALERT_WEBHOOK_URL: server.url,
    });
    const gone = (error: Error): void => void server.bodies.push(`gone: ${error.message}`);
    const alerts = await deadLetterAlerts(config, false, gone, SOON);
    running.push(alerts);
    await alerts.app.listen();
    return alerts;
  }

  /** How many letters people have been told of. */
  const counted = (): number =>
    server
      .texts()
      .map((text) => Number(/: (\d+) new dead letters/.exec(text)?.[1] ?? Number.NaN))
      .reduce((sum, count) => sum + count, 0);
  const toldOf = (count: number) =>
    until(
      `people know of ${count}`,
      () => Promise.resolve(counted()),
      (sum) => sum >= count,
    );

  async function produce(headers: Record<string, string | string[]>, times = 1, ends = 'commit') {
    const producer = kafka.producer({
      transactionalId: `test-${topic}-${ends}`,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    const messages = Array.from({ length: times }, (_, at) => {
      return { key: `cpf-52998224725-${at}`, value: '{"cpf":"52998224725"}', headers };
    });
    await transaction.send({ topic, messages });
    await (ends === 'commit' ? transaction.commit() : transaction.abort());
    await producer.disconnect();
  }
  const NF = { 'original-topic': 'nf-saida', 'error-code': 'message_too_large' };

  test('tells of what the bridge has given up, whose contents it does not show', async () => {
    const small = await cluster.createTopic('small', { config: { 'max.message.bytes': '2000' } });
    await start();
    const setup = await startBridge(cluster.bootstrap, { DLQ_TOPIC: topic, CONFIRM_WAIT_MS: '0' });
    const posted = {
      key: 'cliente-52998224725',
      data: { cpf: '52998224725', much: 'x'.repeat(5_000) },
      // What the caller gives himself is not believed, and nobody is answered.
      headers: {
        'original-topic': '<!channel>',
        kafka_replyTopic: small,
        kafka_correlationId: '1',
      },
    };
    try {
      const answer = await fetch(`${setup.bridge.url}/topics/${small}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(posted),
      });
      expect(answer.status).toBe(201);
      await toldOf(1);
    } finally {
      await setup.dispose();
    }
    const letters = `1 new dead letters \\(${small} message_too_large: 1\\)\\.$`;
    expect(server.texts()).toEqual([expect.stringMatching(letters)]);
    expect(await readTopic(cluster.bootstrap, small)).toEqual([]);
    expect(server.bodies.join('')).not.toMatch(/52998224725|channel/);
  });

  test('tells of a flood in few messages, and of nothing that was aborted', async () => {
    await produce(NF, 50, 'abort');
    await produce(NF, 500);
    await start();
    await toldOf(500);
    await produce(NF, 1);
    await toldOf(501);
    expect(counted()).toBe(501);
    expect(server.texts().length).toBeLessThan(10);
  });

  test('tells after a new start what it could not tell before, and not again what it has told', async () => {
    await produce(NF);
    const first = await start();
    await toldOf(1);
    // Whoever tells is believed when it was written down: then a new start begins behind it.
    await until('it is written down', committed, (sum) => sum === 1);
    server.next.push(404);
    await produce(NF, 2);
    await until(
      'it is refused',
      () => Promise.resolve(server.bodies.length),
      (count) => count === 2,
    );
    await first.app.close();
    running.length = 0;
    server.bodies.length = 0;
    await start();
    await toldOf(2);
    await produce(NF);
    await toldOf(3);
    expect(counted()).toBe(3);
  });

  /** Partitions of which it is written down how far people were told. */
  async function committed(): Promise<number> {
    return asked(async (admin) => {
      const groupId = `ponte-alerts-${topic}`;
      const [found] = await admin.fetchOffsets({ groupId, topics: [topic] });
      return (found?.partitions ?? []).filter(({ offset }) => Number(offset) > 0).length;
    });
  }

  async function asked<T>(question: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = kafka.admin();
    await admin.connect();
    try {
      return await question(admin);
    } finally {
      await admin.disconnect();
    }
  }
});

test('without an address for people it does not start', async () => {
  const failing = deadLetterAlerts(readEnvironment({}), false, () => undefined);
  await expect(failing).rejects.toThrow('ALERT_WEBHOOK_URL: must be set');
});
