import { cp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import kafkajs from 'kafkajs';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, getJson, until } from '../support/bridge-api.js';
import type { BridgeProcess } from '../support/bridge-process.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { readTopic } from '../support/consumer.js';
import { postSequentially } from '../support/oracle/posting-client.js';
import { sqliteFile } from '../support/sqlite-file.js';

interface Ready {
  readonly code?: string;
}

async function readiness(bridge: BridgeProcess): Promise<{ status: number; code: string }> {
  const response = await fetch(`${bridge.url}/health/ready`);
  return { status: response.status, code: ((await response.json()) as Ready).code ?? '' };
}

function post(bridge: BridgeProcess, client: number, records: number) {
  return postSequentially({
    url: bridge.url,
    topic: 'nf',
    client,
    records,
    key: (number) => `key-${number % 5}`,
  });
}

describe('When the database or the cluster is not the one it knew, the bridge stops rather than doubles', () => {
  let kafka: LocalKafka;
  let setup: BridgeSetup;
  let bridge: BridgeProcess;

  beforeEach(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('nf');
    setup = await startBridge(kafka.bootstrap, { CONFIRM_WAIT_MS: '500' });
    ({ bridge } = setup);
  }, 120_000);

  afterEach(async () => {
    await setup?.dispose();
    await kafka?.stop();
  });

  async function expectStopped(code: string): Promise<void> {
    await until(
      `the bridge says ${code}`,
      () => readiness(bridge),
      (answer) => answer.status === 503 && answer.code === code,
    );
    const told = bridge.lines.filter((line) => line.includes(code));
    expect(told).toHaveLength(1);
    // What is posted now is still accepted, and nothing of it is sent.
    const [posted] = await post(bridge, 7, 1);
    expect(posted).toMatchObject({ status: 201, confirmed: false });
  }

  it('LEDGER_AHEAD: a restored backup of the database sends nothing again', async () => {
    await post(bridge, 0, 10);
    await drained(bridge.url);
    // Two records are waiting in the backup and are delivered after it was taken.
    await Promise.all(kafka.brokers.map((broker) => broker.pause()));
    await post(bridge, 1, 2);
    await bridge.kill();
    const live = dirname(setup.database);
    const backup = join(setup.folder, 'backup');
    await cp(live, backup, { recursive: true });
    await Promise.all(kafka.brokers.map((broker) => broker.resume()));
    await kafka.waitReady();
    await bridge.start();
    await drained(bridge.url);
    await post(bridge, 2, 10);
    await drained(bridge.url);
    const delivered = await readTopic(kafka.bootstrap, 'nf');
    expect(delivered).toHaveLength(22);

    await bridge.kill();
    await rm(live, { recursive: true });
    await cp(backup, live, { recursive: true });
    await bridge.start();
    await expectStopped('LEDGER_AHEAD');
    expect(await readTopic(kafka.bootstrap, 'nf')).toHaveLength(22);
    const { outbox } = await getJson<{ outbox: { pending: number } }>(`${bridge.url}/health`);
    expect(outbox.pending).toBe(3);
  }, 240_000);

  it('KAFKA_WENT_BACK: a rebuilt cluster gets nothing by itself', async () => {
    await post(bridge, 0, 10);
    await drained(bridge.url);
    await bridge.kill();
    await Promise.all(kafka.brokers.map((broker) => broker.stop()));
    await kafka.wipe();
    await Promise.all(kafka.brokers.map((broker) => broker.start()));
    await kafka.waitReady();
    await kafka.createTopic('nf');
    await bridge.start();
    await expectStopped('KAFKA_WENT_BACK');
    expect(await readTopic(kafka.bootstrap, 'nf')).toHaveLength(0);
  }, 240_000);

  describe('when Kafka has lost the ledger of an idle bridge', () => {
    const DAY_MS = 24 * 3_600_000;

    /** Ages the last commit of the ledger, and deletes the ledger's group as Kafka does after a week. */
    async function loseLedger(daysAgo: number): Promise<void> {
      await post(bridge, 0, 3);
      await drained(bridge.url);
      await bridge.terminate();
      const age = `UPDATE pipeline SET ledger_at = ledger_at - ${daysAgo * DAY_MS}`;
      await sqliteFile(setup.database, age);
      const kafkaJs = new kafkajs.Kafka({
        brokers: kafka.bootstrap,
        logLevel: kafkajs.logLevel.NOTHING,
      });
      const admin = kafkaJs.admin();
      await admin.connect();
      const { groups } = await admin.listGroups();
      const ledgers = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith('ponte-'));
      expect(ledgers).toHaveLength(1);
      await admin.deleteGroups(ledgers);
      await admin.disconnect();
    }

    it('goes on when the number can only have expired, and puts it back', async () => {
      await loseLedger(8);
      await bridge.start();
      const [posted] = await post(bridge, 1, 1);
      await drained(bridge.url);
      expect(posted?.status).toBeLessThan(202);
      expect(await readTopic(kafka.bootstrap, 'nf')).toHaveLength(4);
      await bridge.restart();
      await until(
        'the pipeline is well after a restart',
        () => readiness(bridge),
        ({ status }) => status === 200,
      );
    }, 180_000);

    it('stops when the number is too young to have expired', async () => {
      await loseLedger(1);
      await bridge.start();
      await expectStopped('KAFKA_WENT_BACK');
    }, 180_000);

    it('renews a number that is older than a day', async () => {
      await post(bridge, 0, 3);
      await drained(bridge.url);
      await bridge.terminate();
      const before = Date.now();
      await sqliteFile(setup.database, `UPDATE pipeline SET ledger_at = ledger_at - ${2 * DAY_MS}`);
      await bridge.start();
      const ledgerAt = 'SELECT ledger_at FROM pipeline WHERE committed_number > 0';
      await until(
        'every pipeline that has a number has renewed it',
        () => sqliteFile(setup.database, ledgerAt),
        (rows) => rows.length > 0 && rows.every((row) => Number(row['ledger_at']) >= before),
      );
    }, 180_000);
  });
});
