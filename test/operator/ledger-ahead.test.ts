import { cp, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import kafkajs from 'kafkajs';
import { createTopics } from '../../dev/kafka/topics.js';
import { drained, until } from '../support/bridge-api.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { OperatedBridge } from './operated-bridge.js';

/** Deletes the topic and makes one of the same name. */
async function makeAnew(bootstrap: string[], topic: string): Promise<void> {
  const admin = new kafkajs.Kafka({
    brokers: bootstrap,
    logLevel: kafkajs.logLevel.NOTHING,
  }).admin();
  await admin.connect();
  await admin.deleteTopics({ topics: [topic] });
  await until(
    'the topic is gone',
    () => admin.listTopics(),
    (names) => !names.includes(topic),
  );
  await admin.disconnect();
  await createTopics(bootstrap, [topic]);
}

describe('LEDGER_AHEAD: an older copy of the database is started', () => {
  let cluster: SharedCluster;
  let operated: OperatedBridge;
  let topic: string;

  beforeAll(async () => {
    cluster = await sharedCluster();
  }, 120_000);

  beforeEach(async () => {
    operated = await OperatedBridge.prepare(cluster.bootstrap);
    topic = await cluster.createTopic('ahead');
  });

  afterEach(async () => {
    await operated?.setup.dispose();
  });

  afterAll(async () => {
    await cluster?.release();
  });

  /** What was sent until now was sent an hour ago. */
  async function age(): Promise<void> {
    await sqliteFile(
      operated.setup.database,
      'UPDATE record SET sent_at = sent_at - 3600000, created_at = created_at - 3600000',
    );
  }

  it('check names it, reconcile puts it right, and nothing is lost, doubled or taken for new', async () => {
    const { setup } = operated;
    const live = dirname(setup.database);
    const copy = join(setup.folder, 'copy');
    const posted: string[] = [];
    await operated.whileDelivering(async () => {
      posted.push(...(await operated.postMany(topic, 'before', 10)));
    });
    await age();
    await operated.whileKafkaIsAway(async () => {
      posted.push(...(await operated.postMany(topic, 'waiting', 3)));
    });
    await cp(live, copy, { recursive: true });
    const after: string[] = [];
    await operated.whileDelivering(async () => {
      after.push(...(await operated.postMany(topic, 'after', 5)));
    });
    await rm(live, { recursive: true });
    await cp(copy, live, { recursive: true });

    const checked = await operated.command('check');
    expect(checked.said).toMatch(/main-0: .* LEDGER_AHEAD: the outbox is older than Kafka/);
    expect(checked.said).toContain('npm run outbox -- reconcile');
    expect(checked.code).toBe(1);

    await operated.startStopped('LEDGER_AHEAD');
    const lines = setup.bridge.lines.filter((line) => line.includes('LEDGER_AHEAD'));
    expect(lines).toHaveLength(1);
    expect((await operated.post(topic, 'while-stopped')).status).toBe(201);
    await setup.bridge.terminate();

    const dry = await operated.command('reconcile', '--json');
    expect(dry.code).toBe(1);
    expect(dry.json).toMatchObject({ applied: null });
    // From the last record that was known an hour before: one in each of the three partitions, and the new ones.
    const looked = dry.json['topics'] as { topic: string; records: number }[];
    expect(looked.find((one) => one.topic === topic)?.records).toBeLessThanOrEqual(3 + 3 + 5);
    const idsOf = (list: unknown): unknown[] =>
      (list as { messageId: string }[]).map(({ messageId }) => messageId).toSorted();
    expect(idsOf(dry.json['found'])).toEqual(['waiting-0', 'waiting-1', 'waiting-2']);
    expect(idsOf(dry.json['remembered'])).toEqual(after.toSorted());
    expect((await operated.command('check')).said).toContain('LEDGER_AHEAD');

    const applied = await operated.command('reconcile', '--apply');
    expect(applied.said).toContain('Done, in one transaction');
    expect(applied.code).toBe(0);
    expect((await operated.command('check')).code).toBe(0);

    await setup.bridge.start();
    await drained(operated.url);
    expect((await operated.ready()).status).toBe(200);
    for (const id of [...posted, ...after, 'while-stopped']) {
      const { status, body } = await operated.post(topic, id);
      expect({ id, status, duplicate: body['duplicate'] }).toEqual({
        id,
        status: 200,
        duplicate: true,
      });
    }
    expect(await operated.post(topic, 'after-0', 'other content')).toMatchObject({ status: 422 });
    expect(await operated.idsIn(topic)).toEqual([...posted, ...after, 'while-stopped'].toSorted());
    await setup.bridge.terminate();
    const audit = await sqliteFile(
      setup.database,
      "SELECT * FROM audit WHERE action = 'reconcile'",
    );
    expect(audit).toHaveLength(4);
  }, 240_000);

  it('finds what was sent to a topic that was made anew, where the known offsets mean nothing', async () => {
    const { setup } = operated;
    const live = dirname(setup.database);
    const copy = join(setup.folder, 'copy');
    await operated.whileDelivering(async () => {
      await operated.postMany(topic, 'before', 10);
    });
    await age();
    const waiting: string[] = [];
    await operated.whileKafkaIsAway(async () => {
      waiting.push(...(await operated.postMany(topic, 'waiting', 3)));
    });
    await cp(live, copy, { recursive: true });
    await makeAnew(cluster.bootstrap, topic);
    await operated.whileDelivering();
    await rm(live, { recursive: true });
    await cp(copy, live, { recursive: true });

    const applied = await operated.command('reconcile', '--apply');
    expect(applied.code).toBe(0);
    await operated.whileDelivering();
    expect(await operated.idsIn(topic)).toEqual(waiting);
  }, 240_000);
});
