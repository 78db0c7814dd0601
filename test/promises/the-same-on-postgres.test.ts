import { setTimeout as delay } from 'node:timers/promises';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, messageView } from '../support/bridge-api.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { check, NOTHING_WRONG } from '../support/oracle/check.js';
import { postSequentially } from '../support/oracle/posting-client.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

describe('On PostgreSQL the bridge keeps the same word', () => {
  let kafka: LocalKafka;
  let postgres: PostgresServer;
  let setup: BridgeSetup;
  let url: string;

  beforeAll(async () => {
    [kafka, postgres] = await Promise.all([LocalKafka.start(), startPostgres()]);
    await kafka.createTopic('nf');
    url = await postgres.database();
    setup = await startBridge(kafka.bootstrap, { OUTBOX_URL: url, CONFIRM_WAIT_MS: '2000' });
  }, 120_000);

  afterAll(async () => {
    await setup?.dispose();
    await kafka?.stop();
    await postgres?.stop();
  });

  it('loses nothing and doubles nothing while the bridge is killed and the database restarts', async () => {
    const { bridge } = setup;
    const posting = Promise.all(
      [0, 1, 2, 3].map((client) =>
        postSequentially({
          url: bridge.url,
          topic: 'nf',
          client,
          records: 60,
          key: (number) => `key-${client}-${number % 5}`,
        }),
      ),
    );
    const faults = async (): Promise<void> => {
      for (let kills = 0; kills < 5; kills++) {
        await delay(100 + Math.random() * 1_000);
        await bridge.restart();
      }
      await postgres.restart();
    };
    const [answers] = await Promise.all([posting, faults()]);
    const posted = answers.flat();
    await drained(bridge.url);
    const consumed = await readTopic(kafka.bootstrap, 'nf');
    expect(check(posted, consumed)).toEqual(NOTHING_WRONG);
    for (const record of consumed) {
      const view = await messageView(bridge.url, headerOf(record, 'message-id') ?? '');
      expect([view.status, view.partition, view.offset]).toEqual([
        'sent',
        record.partition,
        String(record.offset),
      ]);
    }
  }, 240_000);
});
