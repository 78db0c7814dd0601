import kafkajs from 'kafkajs';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, messageView, until } from '../support/bridge-api.js';
import type { BridgeProcess } from '../support/bridge-process.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { check, NOTHING_WRONG } from '../support/oracle/check.js';
import { postSequentially } from '../support/oracle/posting-client.js';

const LIMIT = 20_000;

async function setLimit(bootstrap: string[], topic: string, bytes: number): Promise<void> {
  const admin = new kafkajs.Kafka({
    brokers: bootstrap,
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  try {
    await admin.alterConfigs({
      validateOnly: false,
      resources: [
        {
          type: kafkajs.ConfigResourceTypes.TOPIC,
          name: topic,
          configEntries: [{ name: 'max.message.bytes', value: String(bytes) }],
        },
      ],
    });
  } finally {
    await admin.disconnect();
  }
}

async function post(
  url: string,
  topic: string,
  body: object,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${url}/topics/${topic}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

describe('A refused record stops nobody else, is kept whole, and can be replayed', () => {
  let kafka: LocalKafka;
  let setup: BridgeSetup;
  let bridge: BridgeProcess;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('nf', { config: { 'max.message.bytes': String(LIMIT) } });
    setup = await startBridge(kafka.bootstrap, { CONFIRM_WAIT_MS: '20000' });
    ({ bridge } = setup);
  }, 120_000);

  afterAll(async () => {
    await setup?.dispose();
    await kafka?.stop();
  });

  it('buries the record above the limit once, lets the others pass, and delivers it after the limit is raised', async () => {
    const healthy = Promise.all(
      [0, 1, 2, 3].map((client) =>
        postSequentially({
          url: bridge.url,
          topic: 'nf',
          client,
          records: 30,
          key: () => (client === 0 ? 'poisoned' : `key-${client}`),
        }),
      ),
    );
    const text = 'é'.repeat(LIMIT);
    const poison = await post(bridge.url, 'nf', {
      key: 'poisoned',
      message_id: 'poison',
      headers: { empresa: '99' },
      data: { text },
    });
    expect(poison.status).toBe(201);
    expect(poison.body).toMatchObject({
      confirmed: false,
      status: 'dlq',
      offsets: [{ offset: '-1', error_code: expect.anything() }],
    });
    const posted = (await healthy).flat();
    const { outbox } = await drained(bridge.url);
    expect(outbox.dlq).toBe(1);

    // Everybody else was delivered with a 200: nobody waited for the poison until the end of his patience.
    expect(posted.filter(({ status }) => status !== 200)).toEqual([]);
    expect(check(posted, await readTopic(kafka.bootstrap, 'nf'))).toEqual(NOTHING_WRONG);

    const letters = await until(
      'the dead letter is published',
      () => readTopic(kafka.bootstrap, 'dlq-topic'),
      (records) => records.length > 0,
    );
    expect(letters).toHaveLength(1);
    const [letter] = letters;
    expect(letter?.value?.toString()).toBe(JSON.stringify({ text }));
    expect(letter?.key?.toString()).toBe('poisoned');
    const names = ['message-id', 'original-topic', 'error-code', 'retry-count', 'empresa'];
    expect(names.map((name) => letter && headerOf(letter, name))).toEqual([
      'poison',
      'nf',
      'message_too_large',
      '1',
      '99',
    ]);
    expect(letter && headerOf(letter, 'error')).toMatch(/too large|larger/i);
    expect(Date.parse((letter && headerOf(letter, 'failed-at')) ?? '')).toBeGreaterThan(0);

    await setLimit(kafka.bootstrap, 'nf', 1_048_588);
    const replayed = await fetch(`${bridge.url}/admin/dead-letters/poison/replay`, {
      method: 'POST',
    });
    expect(replayed.status).toBe(202);
    await until(
      'the replayed record is delivered',
      () => messageView(bridge.url, 'poison'),
      ({ status }) => status === 'sent',
    );
    const records = await readTopic(kafka.bootstrap, 'nf');
    const copies = records.filter((record) => headerOf(record, 'message-id') === 'poison');
    expect(copies).toHaveLength(1);
    expect(copies[0] && headerOf(copies[0], 'bridge-replayed')).toBe('1');
    expect(copies[0]?.value?.toString()).toBe(JSON.stringify({ text }));
    expect(await readTopic(kafka.bootstrap, 'dlq-topic')).toHaveLength(1);
  }, 180_000);

  it('gives up a topic that does not exist after the attempts, and nobody waits meanwhile', async () => {
    // The cluster is not asked at the edge when it cannot answer in time; here the topic is deleted afterwards.
    await kafka.createTopic('short-lived');
    const ok = await post(bridge.url, 'short-lived', { key: 'a', data: 1 });
    expect(ok.status).toBe(200);
    const admin = new kafkajs.Kafka({
      brokers: kafka.bootstrap,
      logLevel: kafkajs.logLevel.NOTHING,
    }).admin();
    await admin.connect();
    await admin.deleteTopics({ topics: ['short-lived'] });
    await admin.disconnect();

    const orphan = post(bridge.url, 'short-lived', { key: 'a', message_id: 'orphan', data: 2 });
    const posted = await postSequentially({
      url: bridge.url,
      topic: 'nf',
      client: 9,
      records: 20,
      key: () => 'healthy',
    });
    expect(posted.filter(({ status }) => status !== 200)).toEqual([]);
    expect((await orphan).status).toBe(201);
    const view = await until(
      'the orphan is a dead letter',
      () => messageView(bridge.url, 'orphan'),
      ({ status }) => status === 'dlq',
    );
    expect(view).toMatchObject({ retry_count: 5 });
    expect(view.last_error).toMatch(/short-lived/);
  }, 120_000);

  it('parks a key behind its dead letter when told to, until the letter is discarded', async () => {
    await kafka.createTopic('parked', { config: { 'max.message.bytes': '1000' } });
    const parking = await startBridge(kafka.bootstrap, {
      ON_DEAD_LETTER: 'park',
      CONFIRM_WAIT_MS: '20000',
    });
    const { url } = parking.bridge;
    try {
      const letter = { key: 'a', message_id: 'letter', data: 'x'.repeat(5_000) };
      expect((await post(url, 'parked', letter)).body).toMatchObject({ status: 'dlq' });
      const later = { key: 'a', message_id: 'later', data: 1 };
      const waiting = post(url, 'parked', later);
      expect((await post(url, 'parked', { key: 'b', data: 1 })).status).toBe(200);
      // A restart does not forget the parked key.
      await parking.bridge.restart();
      expect((await post(url, 'parked', { key: 'b', data: 2 })).status).toBe(200);
      expect(await messageView(url, 'later')).toMatchObject({ status: 'pending' });
      const discarded = await fetch(`${url}/admin/dead-letters/letter`, {
        method: 'DELETE',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ reason: 'posted again under another number' }),
      });
      expect(discarded.status).toBeLessThan(300);
      await until(
        'the key goes on',
        () => messageView(url, 'later'),
        ({ status }) => status === 'sent',
      );
      await waiting.catch(() => undefined);
    } finally {
      await parking.dispose();
    }
  }, 120_000);
});
