import { setTimeout as delay } from 'node:timers/promises';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, messageView } from '../support/bridge-api.js';
import type { BridgeProcess } from '../support/bridge-process.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { check, NOTHING_WRONG } from '../support/oracle/check.js';
import { postSequentially, type Posted } from '../support/oracle/posting-client.js';

const CLIENTS = 8;
const RECORDS = 200;
const KEYS = 50;
const KILLS = 24;

describe('Accepted is never lost, never twice, in order, whatever kills the bridge', () => {
  let kafka: LocalKafka;
  let setup: BridgeSetup;
  let bridge: BridgeProcess;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('nf');
    setup = await startBridge(kafka.bootstrap, { CONFIRM_WAIT_MS: '2000' });
    ({ bridge } = setup);
  }, 120_000);

  afterAll(async () => {
    await setup?.dispose();
    await kafka?.stop();
  });

  it(`keeps its word through ${KILLS} kills at random moments`, async () => {
    let kills = 0;
    const killing = (async () => {
      for (; kills < KILLS; kills++) {
        await delay(50 + Math.random() * 1_500);
        await bridge.restart();
      }
    })();
    const posted: Posted[] = (
      await Promise.all(
        Array.from({ length: CLIENTS }, async (_, client) =>
          postSequentially({
            url: bridge.url,
            topic: 'nf',
            client,
            records: RECORDS,
            // Each client has its own share of the keys, so each key has one order.
            key: (number) => `key-${client}-${number % Math.ceil(KEYS / CLIENTS)}`,
          }),
        ),
      )
    ).flat();
    await killing;
    await drained(bridge.url);

    const consumed = await readTopic(kafka.bootstrap, 'nf');
    const again = posted.filter(({ tries }) => tries > 1).length;
    console.log(
      `${posted.length} accepted (${again} posted again), ${consumed.length} read, ${kills} kills`,
    );
    expect(kills).toBeGreaterThanOrEqual(KILLS);
    expect(again).toBeGreaterThan(0);
    expect(check(posted, consumed)).toEqual(NOTHING_WRONG);

    const places = await Promise.all(
      consumed.map(async (record) => {
        const view = await messageView(bridge.url, headerOf(record, 'message-id') ?? '');
        return { ...view, read: `${record.partition}@${record.offset}` };
      }),
    );
    const wrong = places.filter(
      ({ status, partition, offset, read }) =>
        status !== 'sent' || `${partition}@${offset}` !== read,
    );
    expect(wrong).toEqual([]);
  }, 300_000);
});
