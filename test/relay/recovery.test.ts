import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  AdminConnection,
  KafkaJsLedger,
  KafkaJsTransactionalProducers,
  type PartitionRecords,
  type TransactionalProducer,
} from '@bridge/kafka';
import { NO_TENANT, openOutbox, type OutboxRecord, type OutboxStore } from '@bridge/outbox';
import { SystemClock } from '../../apps/bridge/src/relay/clock.js';
import { outgoingRecord } from '../../apps/bridge/src/relay/outgoing.js';
import type { PipelineIdentity } from '../../apps/bridge/src/relay/pipeline-identity.js';
import { recover, type RecoveryPorts } from '../../apps/bridge/src/relay/recovery.js';
import { sharedCluster, type SharedCluster } from '../support/cluster.js';
import { readTopic } from '../support/consumer.js';

const PIPELINE = 'main-0';

// Each test leaves a batch exactly as a process that dies at that point leaves it, then recovers.
describe('recovery of a batch, on a real cluster and a real database', () => {
  let cluster: SharedCluster;
  let admin: AdminConnection;
  let store: OutboxStore;
  let ports: RecoveryPorts;
  let identity: PipelineIdentity;
  let folder: string;
  let topic: string;
  let records: OutboxRecord[];
  let dead: TransactionalProducer;

  beforeAll(async () => {
    cluster = await sharedCluster();
    admin = new AdminConnection({
      brokers: cluster.bootstrap,
      clientId: 'recovery',
      ssl: null,
      sasl: null,
    });
  }, 120_000);

  afterAll(async () => {
    await admin?.close();
    await cluster?.release();
  });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-recovery-'));
    store = await openOutbox({ url: `sqlite:${join(folder, 'outbox.db')}`, ballastBytes: 0 });
    topic = await cluster.createTopic('recovery', { partitions: 1 });
    const ledger = new KafkaJsLedger(admin);
    const name = `ledger-${randomUUID()}`;
    await ledger.prepare(name, 4);
    const connection = { brokers: cluster.bootstrap, clientId: 'recovery', ssl: null, sasl: null };
    const producers = new KafkaJsTransactionalProducers(connection, 'none');
    ports = { store, producers, ledger, clock: new SystemClock() };
    const slot = { group: name, topic: name, partition: 1, markPartition: 3 };
    identity = { name: PIPELINE, transactionalId: `${name}-${PIPELINE}`, slot };
    records = await acceptTwo();
    dead = await producers.fence(identity.transactionalId);
  }, 60_000);

  afterEach(async () => {
    dead.discard();
    await store.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function acceptTwo(): Promise<OutboxRecord[]> {
    const accepted = await store.accept(
      ['first', 'second'].map((text) => ({
        messageId: text,
        tenant: NO_TENANT,
        requestHash: Buffer.alloc(32, text),
        topic,
        key: Buffer.from('k'),
        value: Buffer.from(text),
        headers: [],
        timestamp: null,
        delivery: 'exactly-once' as const,
        requestedPartition: null,
        transaction: null,
        partition: 0,
      })),
    );
    return accepted.flatMap((one) => (one.outcome === 'accepted' ? [one.record] : []));
  }

  /** Opens a batch and appends it; nothing is committed. */
  async function append(): Promise<number> {
    const entries = records.map(({ id }) => ({ id, topic, partition: 0 }));
    const number = await store.openBatch(PIPELINE, 'records', entries);
    const rows = records.map((row) => outgoingRecord(row, 0).record);
    const request: PartitionRecords = { topic, partition: 0, maxBytes: null, records: rows };
    const entry = { number, token: store.incarnation };
    const result = await dead.append(identity.slot, entry, [request]);
    await store.noteOffsets(PIPELINE, number, result.offsets);
    return number;
  }

  async function recovered() {
    const outcome = await recover(ports, identity);
    if (outcome.ready) await outcome.producer.close();
    return outcome;
  }

  const statuses = async () =>
    Promise.all(['first', 'second'].map(async (id) => (await store.find(id))?.status));

  it('died after the batch was written down: nothing of it is in Kafka, all of it waits again', async () => {
    const entries = records.map(({ id }) => ({ id, topic, partition: 0 }));
    await store.openBatch(PIPELINE, 'records', entries);
    expect(await recovered()).toMatchObject({ ready: true, openBatch: 'abandoned' });
    expect(await statuses()).toEqual(['pending', 'pending']);
    expect(await store.pipeline(PIPELINE)).toMatchObject({ openBatch: null, committedNumber: 0 });
  });

  it('died after the records were appended: consumers see nothing of them, all of it waits again', async () => {
    await append();
    expect(await recovered()).toMatchObject({ ready: true, openBatch: 'abandoned' });
    expect(await statuses()).toEqual(['pending', 'pending']);
    expect(await readTopic(cluster.bootstrap, topic)).toEqual([]);
  });

  it('died after the commit: the records are sent, with the offsets that Kafka gave, and not sent again', async () => {
    const number = await append();
    await dead.commit();
    const outcome = await recovered();
    expect(outcome).toMatchObject({ ready: true, openBatch: 'committed' });
    expect(outcome.ready && outcome.acknowledgements).toEqual([
      { id: records[0]?.id, partition: 0, offset: '0' },
      { id: records[1]?.id, partition: 0, offset: '1' },
    ]);
    expect(await statuses()).toEqual(['sent', 'sent']);
    expect(await store.pipeline(PIPELINE)).toMatchObject({
      openBatch: null,
      committedNumber: number,
    });
    expect(await readTopic(cluster.bootstrap, topic)).toHaveLength(2);
  });

  it('died in the recovery itself: the next one finds the same', async () => {
    await append();
    await dead.commit();
    const interrupted = await ports.producers.fence(identity.transactionalId);
    interrupted.discard();
    expect(await recovered()).toMatchObject({ ready: true, openBatch: 'committed' });
    expect(await recovered()).toMatchObject({ ready: true, openBatch: 'none' });
    expect(await statuses()).toEqual(['sent', 'sent']);
  });

  it('lives on as a zombie: it can commit nothing once its successor has recovered', async () => {
    await append();
    expect(await recovered()).toMatchObject({ openBatch: 'abandoned' });
    await expect(dead.commit()).rejects.toMatchObject({ scope: 'cluster' });
    expect(await readTopic(cluster.bootstrap, topic)).toEqual([]);
  });

  it('stops when a bridge on a copy of the database has committed the same number', async () => {
    await append();
    const other = await ports.producers.fence(identity.transactionalId);
    await other.append(identity.slot, { number: 1, token: 'another process' }, []);
    await other.commit();
    await other.close();
    expect(await recovered()).toEqual({ ready: false, code: 'LEDGER_AHEAD' });
    expect(await statuses()).toEqual(['pending', 'pending']);
  });
});
