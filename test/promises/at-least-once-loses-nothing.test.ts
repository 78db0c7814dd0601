import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained } from '../support/bridge-api.js';
import { startBridge } from '../support/bridge-setup.js';
import { readTopic } from '../support/consumer.js';
import { check, NOTHING_WRONG } from '../support/oracle/check.js';
import { postSequentially } from '../support/oracle/posting-client.js';

describe('At-least-once may double, and loses nothing', () => {
  let kafka: LocalKafka;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('loose');
    await kafka.createTopic('strict');
    await kafka.createTopic('direct');
  }, 120_000);

  afterAll(async () => {
    await kafka?.stop();
  });

  it('delivers each record of a topic that is set to it, through broker losses and kills', async () => {
    const { bridge, dispose } = await startBridge(kafka.bootstrap, {
      DELIVERY_LOOSE: 'at-least-once',
      CONFIRM_WAIT_MS: '2000',
    });
    const post = (client: number, topic: string) =>
      postSequentially({
        url: bridge.url,
        topic,
        client,
        records: 60,
        key: (number) => `key-${client}-${number % 4}`,
      });
    try {
      const posting = Promise.all([post(0, 'loose'), post(1, 'loose'), post(2, 'strict')]);
      await kafka.broker(1).kill();
      await bridge.restart();
      await kafka.broker(1).start();
      await bridge.restart();
      const [first, second, strict] = await posting;
      await kafka.waitReady();
      await drained(bridge.url);
      const loose = await readTopic(kafka.bootstrap, 'loose');
      const { twice, lost, phantom, otherBytes } = check([...first, ...second], loose);
      console.log(`at-least-once: ${loose.length} read of 120 posted, ${twice.length} twice`);
      expect({ lost, phantom, otherBytes }).toEqual({ lost: [], phantom: [], otherBytes: [] });
      expect(check(strict, await readTopic(kafka.bootstrap, 'strict'))).toEqual(NOTHING_WRONG);
    } finally {
      await dispose();
    }
  }, 180_000);

  it('answers 503 without an outbox when Kafka does not take the record, and stores nothing', async () => {
    const { bridge, dispose } = await startBridge(kafka.bootstrap, {
      DELIVERY: 'at-least-once',
      ENABLE_OUTBOX: 'false',
    });
    const post = (id: string) =>
      fetch(`${bridge.url}/topics/direct`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ key: 'k', message_id: id, data: 1 }),
      });
    try {
      expect((await post('one')).status).toBe(200);
      await kafka.killAll();
      const refused = await post('two');
      expect(refused.status).toBe(503);
      expect(await refused.json()).toMatchObject({ success: false, code: expect.anything() });
      await kafka.startAll();
      await kafka.waitReady();
      expect(await readTopic(kafka.bootstrap, 'direct')).toHaveLength(1);
    } finally {
      await dispose();
    }
  }, 180_000);
});
