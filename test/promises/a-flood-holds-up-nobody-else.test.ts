import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { keysCommand } from '../operator/outbox-command.js';
import { drained } from '../support/bridge-api.js';
import { prepareBridge, type BridgeSetup } from '../support/bridge-setup.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { sqliteFile } from '../support/sqlite-file.js';

const BATCH = 50;
const FLOOD = 1_500;
const LIST = 500;
/** With a batch of the flood's own pipeline under way, as a rule. */
const KILLED_AT = [100, 500, 900];

describe('A flood of one tenant holds up nobody else', () => {
  let cluster: SharedCluster;
  let setup: BridgeSetup;
  let floodTopic: string;
  let quietTopic: string;
  const keys: Record<string, string> = {};

  beforeAll(async () => {
    cluster = await sharedCluster();
    floodTopic = await cluster.createTopic('flood', { partitions: 1 });
    quietTopic = await cluster.createTopic('quiet', { partitions: 1 });
    setup = await prepareBridge(cluster.bootstrap);
    const env = { KEYS_PATH: join(setup.folder, 'keys.json') };
    const makeKey = async (name: string, ...more: readonly string[]): Promise<void> => {
      const rights = ['--role', 'produce', '--role', 'read', '--topic', '*', '--json'];
      const { json } = await keysCommand(env, 'create', name, ...rights, ...more);
      keys[name] = `Bearer ${String(json['key'])}`;
    };
    await keysCommand(env, 'tenant', 'flood', '--topic', floodTopic);
    await keysCommand(env, 'tenant', 'quiet', '--topic', quietTopic);
    await makeKey('flood', '--tenant', 'flood');
    await makeKey('quiet', '--tenant', 'quiet');
    await makeKey('operator');
  }, 180_000);

  afterAll(async () => {
    await setup?.dispose();
    await cluster?.release();
  });

  const post = async (who: string, topic: string, body: object): Promise<void> => {
    const response = await fetch(`${setup.bridge.url}/topics/${topic}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: keys[who] ?? '',
        prefer: 'respond-async',
      },
      body: JSON.stringify(body),
    });
    expect([response.status, await response.text()]).toEqual([202, expect.any(String)]);
  };

  const floodSent = async (count: number): Promise<void> => {
    for (const until = Date.now() + 60_000; Date.now() < until; await delay(20)) {
      const sql = "SELECT COUNT(*) AS sent FROM record WHERE tenant = 'flood' AND status = 'sent'";
      const [row] = await sqliteFile(setup.database, sql);
      if (Number(row?.['sent']) >= count) return;
    }
    throw new Error(`${count} of the flood were not sent in time.`);
  };

  it('not in a batch, not in a page, not after kill -9, and each keeps its order and its number', async () => {
    const { bridge, folder, database } = setup;
    const env = { KEYS_PATH: join(folder, 'keys.json'), BATCH_MAX_RECORDS: String(BATCH) };
    await bridge.start({ ...env, KAFKA_BROKERS: '127.0.0.1:1' });
    for (let first = 0; first < FLOOD; first += LIST) {
      const records = Array.from({ length: LIST }, (_, n) => ({
        key: `k${n % 7}`,
        message_id: `nf-${first + n}`,
        data: first + n,
      }));
      await post('flood', floodTopic, { records });
    }
    for (const id of ['nf-0', 'nf-1', 'nf-2']) {
      await post('quiet', quietTopic, { key: 'k', message_id: id, data: id });
    }
    await bridge.terminate();

    const well = { ...env, KAFKA_BROKERS: cluster.bootstrap.join(',') };
    for (const sent of KILLED_AT) {
      await bridge.start(well);
      await floodSent(sent);
      await bridge.kill();
    }
    await bridge.start(well);
    await drained(bridge.url, 60_000, keys['operator']);
    await bridge.terminate();
    const [before] = await sqliteFile(
      database,
      "SELECT COUNT(*) AS count FROM outbox WHERE tenant = 'flood' AND kafka_offset <" +
        " (SELECT MIN(kafka_offset) FROM outbox WHERE tenant = 'flood' AND sent_at >" +
        " (SELECT MAX(sent_at) FROM outbox WHERE tenant = 'quiet'))",
    );
    // All three were in the first batch with the flood, which is seen by its place in the log.
    expect(Number(before?.['count'])).toBeLessThanOrEqual(2 * BATCH);

    const [apart] = await sqliteFile(
      database,
      "SELECT committed_number FROM pipeline WHERE name = 'flood-0'",
    );
    expect(Number(apart?.['committed_number'])).toBeGreaterThan(KILLED_AT.length);

    const quiet = await readTopic(cluster.bootstrap, quietTopic);
    expect(quiet.map((record) => headerOf(record, 'message-id'))).toEqual(['nf-0', 'nf-1', 'nf-2']);
    expect(quiet.map((record) => headerOf(record, 'bridge-tenant'))).toEqual(
      Array(3).fill('quiet'),
    );
    const flood = await readTopic(cluster.bootstrap, floodTopic);
    const numbers = flood.map(({ value }) => Number(value));
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: FLOOD }, (_, n) => n));
    for (let key = 0; key < 7; key++) {
      const own = numbers.filter((number) => (number % LIST) % 7 === key);
      expect(own).toEqual(own.toSorted((a, b) => a - b));
    }
  }, 180_000);
});
