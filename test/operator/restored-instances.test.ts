import { setTimeout as delay } from 'node:timers/promises';
import { BridgeCluster } from '../../dev/cluster/bridge-cluster.js';
import { drained, until } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { headerOf, readTopic } from '../support/consumer.js';
import { postSequentially } from '../support/oracle/posting-client.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { outboxCommand } from './outbox-command.js';

const KEYS = 20;

/** A database that several bridges share is put back from a backup: nobody may send what was sent since. */
describe('LEDGER_AHEAD: several bridges find their PostgreSQL database put back in time', () => {
  let kafka: SharedCluster;
  let postgres: PostgresServer;
  let outbox: string;
  let topic: string;
  let running: BridgeCluster | null = null;

  beforeAll(async () => {
    [kafka, postgres] = await Promise.all([sharedCluster(), startPostgres()]);
    outbox = await postgres.database();
    topic = await kafka.createTopic('restored');
  }, 120_000);

  afterAll(async () => {
    await running?.kill();
    await postgres?.stop();
    await kafka?.release();
  });

  const env = { CONFIRM_WAIT_MS: '3000' };
  const start = async (): Promise<BridgeCluster> => {
    running = await BridgeCluster.start({ instances: 2, outbox, kafka: kafka.bootstrap, env });
    return running;
  };
  const post = ({ url }: BridgeCluster, client: number) =>
    postSequentially({ url, topic, client, records: KEYS, key: (number) => `key-${number}` });
  const database = () => new URL(outbox).pathname.slice(1);
  const idsIn = async () =>
    (await readTopic(kafka.bootstrap, topic)).map((record) => headerOf(record, 'message-id') ?? '');
  const stoppedBy = async ({ url }: { readonly url: string }): Promise<unknown> => {
    const response = await fetch(`${url}/health/ready`);
    return ((await response.json()) as { readonly code?: string }).code;
  };

  it('each stops, nothing is sent twice, and reconcile gets all of them going', async () => {
    const first = await start();
    const before = await post(first, 1);
    await drained(first.url);
    await first.stop();
    await postgres.query(`CREATE DATABASE backup TEMPLATE ${database()}`);

    const second = await start();
    const after = await post(second, 2);
    await drained(second.url);
    await second.stop();
    await postgres.query(`DROP DATABASE ${database()}`);
    await postgres.query(`CREATE DATABASE ${database()} TEMPLATE backup`);

    const restored = await start();
    for (const bridge of restored.bridges) {
      await until(
        'it has stopped',
        () => stoppedBy(bridge),
        (code) => code === 'LEDGER_AHEAD',
      );
    }
    // Accepted, and not sent: neither now nor when an instance goes and the other one might take its lanes.
    const [waits] = await postSequentially({
      url: restored.url,
      topic,
      client: 3,
      records: 1,
      key: () => 'key-0',
      headers: { prefer: 'wait=0' },
    });
    await restored.bridges[0]?.kill();
    await delay(12_000);
    expect(await stoppedBy(restored.bridges[1] as { url: string })).toBe('LEDGER_AHEAD');
    expect(await idsIn()).toHaveLength(2 * KEYS);
    await restored.kill();

    const variables = { ...env, OUTBOX_URL: outbox, KAFKA_BROKERS: kafka.bootstrap.join(',') };
    expect((await outboxCommand(variables, 'reconcile', '--apply')).code).toBe(0);
    const last = await start();
    await drained(last.url);
    const posted = [...before, ...after].map(({ messageId }) => messageId);
    expect((await idsIn()).toSorted()).toEqual([...posted, waits?.messageId ?? ''].toSorted());
    await last.stop();
    running = null;
  }, 240_000);
});
