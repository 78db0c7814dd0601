import { setTimeout as delay } from 'node:timers/promises';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { NOTHING_WRONG } from '../support/oracle/check.js';
import { withOracle, withOutbox } from '../support/oracle/run-with-oracle.js';

const KILLS = 12;

describe('Accepted is never lost, never twice, in order, whatever kills the bridge', () => {
  let kafka: LocalKafka;
  let setup: BridgeSetup;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('nf');
    setup = await startBridge(kafka.bootstrap, { CONFIRM_WAIT_MS: '500' });
  }, 120_000);

  afterAll(async () => {
    await setup?.dispose();
    await kafka?.stop();
  });

  it(`keeps its word through ${KILLS} kills at random moments`, async () => {
    const { findings, figures } = await withOracle(
      { kafka, topics: ['nf'], ...withOutbox(setup), load: { maxPerSecond: 300 }, java: true },
      async ({ load }) => {
        for (let kills = 0; kills < KILLS; kills++) {
          // Every second kill hits a bridge at work, the others one that may still be recovering.
          if (kills % 2 === 0) await load.untilMore(20);
          await delay(Math.random() * 1_000);
          await setup.bridge.restart();
        }
        await load.untilMoreConfirmed(50);
      },
    );
    console.log(figures);
    expect(figures.repeated).toBeGreaterThan(0);
    expect(findings).toEqual(NOTHING_WRONG);
  }, 400_000);
});
