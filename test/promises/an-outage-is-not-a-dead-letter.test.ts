import { readFile } from 'node:fs/promises';
import { LocalKafka } from '../../dev/kafka/local-kafka.js';
import { drained, getJson, until, type HealthView } from '../support/bridge-api.js';
import type { BridgeProcess } from '../support/bridge-process.js';
import { startBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { readTopic } from '../support/consumer.js';
import { check, NOTHING_WRONG } from '../support/oracle/check.js';
import type { Posted } from '../support/oracle/posted.js';
import { postSequentially } from '../support/oracle/posting-client.js';

const CLIENTS = 20;
const RECORDS = 250;
const KEYS = 10;

/** Resident memory of a process in bytes, as Linux counts it. */
async function residentBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024;
}

function postAll(url: string, topic: string, headers: Record<string, string>): Promise<Posted[]> {
  const clients = Array.from({ length: CLIENTS }, (_, client) =>
    postSequentially({
      url,
      topic,
      client,
      records: RECORDS,
      key: (number) => `key-${client}-${number % KEYS}`,
      headers,
    }),
  );
  return Promise.all(clients).then((all) => all.flat());
}

describe('An outage is not a dead letter', () => {
  let kafka: LocalKafka;
  let setup: BridgeSetup;
  let bridge: BridgeProcess;

  beforeAll(async () => {
    kafka = await LocalKafka.start();
    await kafka.createTopic('before');
    await kafka.createTopic('nf');
    setup = await startBridge(kafka.bootstrap);
    ({ bridge } = setup);
  }, 120_000);

  afterAll(async () => {
    await setup?.dispose();
    await kafka?.stop();
  });

  it('accepts 5,000 records with all brokers down and delivers them in order afterwards', async () => {
    // The same load with Kafka in reach first: what the process needs to work at all is not growth.
    for (const round of ['first', 'second']) {
      await postAll(bridge.url, 'before', {});
      await drained(bridge.url);
      console.log(`${round} round: ${await residentBytes(bridge.pid ?? 0)} bytes resident`);
    }
    const before = await residentBytes(bridge.pid ?? 0);

    await Promise.all(kafka.brokers.map((broker) => broker.kill()));
    const posted = await postAll(bridge.url, 'nf', { prefer: 'wait=0' });
    expect(new Set(posted.map(({ status }) => status))).toEqual(new Set([201]));
    const down = await until(
      'health tells the outage',
      () => getJson<HealthView>(`${bridge.url}/health`),
      ({ status }) => status === 'unhealthy',
    );
    expect(down.kafka.connected).toBe(false);
    expect(down.outbox.pending).toBe(CLIENTS * RECORDS);

    await Promise.all(kafka.brokers.map((broker) => broker.start()));
    await kafka.waitReady();
    const up = await drained(bridge.url, 90_000);
    expect(up.outbox.dlq).toBe(0);
    const { metrics } = await getJson<{ metrics: { totalFailed: number; totalRetries: number } }>(
      `${bridge.url}/metrics`,
    );
    expect([metrics.totalFailed, metrics.totalRetries]).toEqual([0, 0]);

    // The engine gives back what it no longer needs some time after the work, the later the less it has to do.
    const after = await until(
      `the resident memory is within 20 % of ${before} bytes`,
      () => residentBytes(bridge.pid ?? 0),
      (bytes) => bytes < before * 1.2,
      120_000,
    );
    console.log(`resident before ${Math.round(before / 1e6)}, after ${Math.round(after / 1e6)} MB`);
    expect(check(posted, await readTopic(kafka.bootstrap, 'nf'))).toEqual(NOTHING_WRONG);
  }, 300_000);
});
