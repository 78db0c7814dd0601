import net from 'node:net';
import kafkajs from 'kafkajs';
import { drained } from '../support/bridge-api.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { NOTHING_WRONG } from '../support/oracle/check.js';
import { withOracle, withOutbox, type Run } from '../support/oracle/run-with-oracle.js';
import { sqliteFile } from '../support/sqlite-file.js';

const SOCKETS = 30;

describe('A run with the oracle', () => {
  let cluster: SharedCluster;
  let setup: BridgeSetup;
  let deadLetterTopic: string;

  beforeAll(async () => {
    cluster = await sharedCluster();
  }, 180_000);

  beforeEach(async () => {
    deadLetterTopic = await cluster.createTopic('letters');
    setup = await startBridge(cluster.bootstrap, { DLQ_TOPIC: deadLetterTopic });
  });

  afterEach(async () => {
    await setup.dispose();
  });

  afterAll(async () => {
    await cluster.release();
  });

  it('is green for two topics, a dead letter and a record posted by hand, also as Java reads them', async () => {
    const topics = [
      await cluster.createTopic('run'),
      await cluster.createTopic('small', { config: { 'max.message.bytes': '2000' } }),
    ];
    const { findings, figures } = await withOracle(
      {
        ...withOutbox(setup),
        kafka: cluster,
        topics,
        deadLetterTopic,
        java: true,
        load: { maxPerSecond: 100 },
      },
      async ({ load, post }) => {
        await load.untilMoreConfirmed(100);
        await post({ topic: topics[0] ?? '', client: 100, records: 3, key: () => 'by hand' });
        await load.untilMoreConfirmed(100);
      },
    );
    expect(findings).toEqual(NOTHING_WRONG);
    expect(figures).toMatchObject({ rejected: 0, unknown: 0, lost: 0, twice: 0, outOfOrder: 0 });
    // Values of more than 2,000 bytes are among the load's.
    expect(figures.deadLetters).toBeGreaterThan(0);
    expect(figures.delivered + figures.deadLetters).toBe(figures.accepted);
  }, 120_000);

  /** Everything that can be wrong without breaking the bridge itself. */
  async function tamper(topic: string, { load }: Run, sockets: net.Socket[]): Promise<void> {
    const { bridge, database } = setup;
    const kafka = new kafkajs.Kafka({
      brokers: cluster.bootstrap,
      logLevel: kafkajs.logLevel.NOTHING,
    });
    const stranger = kafka.producer();
    await stranger.connect();
    await load.untilMoreConfirmed(50);
    const headers = { 'message-id': 'stranger' };
    await stranger.send({ topic, messages: [{ value: '{}', headers }] });
    await stranger.disconnect();
    await load.stop();
    await drained(bridge.url);
    await bridge.terminate();
    await sqliteFile(database, 'UPDATE record SET kafka_offset = 999999 WHERE id = 1');
    await sqliteFile(database, `UPDATE counter SET "value" = 1 WHERE name = 'sent'`);
    await bridge.start();
    for (let count = 0; count < SOCKETS; count++) {
      sockets.push(net.connect(bridge.port, '127.0.0.1'));
    }
  }

  it('goes red for a stranger in the topic, a changed database, a counter that went back and a leak', async () => {
    const topic = await cluster.createTopic('tampered');
    const sockets: net.Socket[] = [];
    try {
      const { findings, evidence } = await withOracle(
        {
          ...withOutbox(setup),
          kafka: cluster,
          topics: [topic],
          deadLetterTopic,
          settleWithinMs: 1_000,
        },
        (run) => tamper(topic, run, sockets),
      );
      const sent = evidence.records.length;
      expect(findings).toEqual({
        ...NOTHING_WRONG,
        phantom: ['stranger'],
        otherPlace: [expect.stringMatching(/^m-1000-0-.*: sent, \d@999999$/)],
        books: ['stranger: in Kafka, and not sent'],
        counters: [
          expect.stringMatching(/: sent went back at sample \d+$/),
          `${setup.bridge.url}: sent says 1, the oracle ${sent}`,
        ],
        resources: [expect.stringMatching(/: fds /), expect.stringMatching(/: sockets /)],
      });
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  }, 120_000);

  it('goes red when the bridge is left stopped, and names everything that it does not answer', async () => {
    const topic = await cluster.createTopic('stopped');
    const { findings } = await withOracle(
      {
        ...withOutbox(setup),
        kafka: cluster,
        topics: [topic],
        deadLetterTopic,
        drainWithinMs: 1_000,
        without: ['resources'],
      },
      async ({ load }) => {
        await load.untilMoreConfirmed(20);
        await load.stop();
        await drained(setup.bridge.url);
        await setup.bridge.terminate();
      },
    );
    expect(findings.notDrained).toEqual([expect.stringMatching(/fetch failed after 1000 ms$/)]);
    expect(findings.counters).toEqual([`${setup.bridge.url}: no counters were read`]);
    expect(findings.otherPlace[0]).toMatch(/: unreachable, and in Kafka$/);
    expect({ ...findings, notDrained: [], counters: [], otherPlace: [] }).toEqual(NOTHING_WRONG);
  }, 120_000);
});
