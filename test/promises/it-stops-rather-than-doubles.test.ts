import { cp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, getJson, until } from '../support/bridge-api.js';
import type { BridgeProcess } from '../support/bridge-process.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { readTopic } from '../support/consumer.js';
import { postSequentially } from '../support/oracle/posting-client.js';

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
});
