import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained } from '../support/bridge-api.js';
import { startBridge } from '../support/bridge-setup.js';
import { readTopic } from '../support/consumer.js';
import { check, NOTHING_WRONG } from '../support/oracle/check.js';
import { postSequentially } from '../support/oracle/posting-client.js';

const CLIENTS = 16;
const RECORDS = 60;

describe('A stop in good order loses nothing and answers who waits', () => {
  let kafka: LocalKafka;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('nf');
  }, 120_000);

  afterAll(async () => {
    await kafka?.stop();
  });

  it('ends within 30 s under load, with every waiting POST answered', async () => {
    const { bridge, dispose } = await startBridge(kafka.bootstrap);
    try {
      let answered = 0;
      let stopping = Promise.resolve<{ code: number | null; ms: number } | null>(null);
      const stopOnce = async () => {
        const from = Date.now();
        const code = await bridge.terminate();
        return { code, ms: Date.now() - from };
      };
      const clients = Array.from({ length: CLIENTS }, (_, client) =>
        postSequentially({
          url: bridge.url,
          topic: 'nf',
          client,
          records: RECORDS,
          key: (number) => {
            // In the middle of the load, while every client has a POST under way.
            if (++answered === (CLIENTS * RECORDS) / 2) {
              stopping = stopOnce().then(async (end) => {
                await bridge.start();
                return end;
              });
            }
            return `key-${client}-${number % 3}`;
          },
        }),
      );
      const posted = (await Promise.all(clients)).flat();
      const end = await stopping;
      expect(end?.code).toBe(0);
      expect(end?.ms).toBeLessThan(30_000);
      await drained(bridge.url);
      expect(check(posted, await readTopic(kafka.bootstrap, 'nf'))).toEqual(NOTHING_WRONG);
    } finally {
      await dispose();
    }
  }, 180_000);

  it('answers a POST that waits for a Kafka that is gone: 201, and the record goes out after the next start', async () => {
    const { bridge, dispose } = await startBridge(kafka.bootstrap, { CONFIRM_WAIT_MS: '60000' });
    await kafka.createTopic('waiting');
    try {
      // The first record makes the pipeline ready; the second is under way when the brokers freeze.
      const post = (number: number) =>
        fetch(`${bridge.url}/topics/waiting`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ key: 'k', message_id: `waiting-${number}`, data: number }),
        });
      expect((await post(0)).status).toBe(200);
      await Promise.all(kafka.brokers.map((broker) => broker.pause()));
      const answer = post(1);
      await new Promise((resolve) => setTimeout(resolve, 200));
      const code = await bridge.terminate();
      const response = await answer;
      expect(response.status).toBe(201);
      expect(await response.json()).toMatchObject({ confirmed: false, status: 'pending' });
      expect(code).toBe(0);

      await Promise.all(kafka.brokers.map((broker) => broker.resume()));
      await kafka.waitReady();
      await bridge.start();
      // A record that comes before the bridge knows its backlog does not go in front of it, nor hide it.
      await post(2);
      await drained(bridge.url);
      const records = await readTopic(kafka.bootstrap, 'waiting');
      expect(records.map(({ value }) => value?.toString())).toEqual(['0', '1', '2']);
    } finally {
      await Promise.all(kafka.brokers.map((broker) => broker.resume()));
      await dispose();
    }
  }, 180_000);
});
