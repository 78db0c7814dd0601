import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  NO_TENANT,
  openOutbox,
  OutboxError,
  type NewRecord,
  type OutboxStore,
} from '@bridge/outbox';
import { temporaryFolder } from '../outbox/engines.js';
import { hash } from '../outbox/records.js';
import { MemoryOutbox } from './memory-outbox/memory-outbox.js';
import { MemoryTables } from './memory-outbox/memory-tables.js';
import { MemoryWriter, StoreSite } from './memory-outbox/memory-writer.js';
import { SimulatedProcess } from './world/process.js';
import { Random } from './world/random.js';
import { Scheduler } from './world/scheduler.js';
import { Trace } from './world/trace.js';

const SEQUENCES = 25;
const STEPS = 60;
const PIPELINES = ['main-0', 'side'] as const;
const TOPICS = ['a', 'b'] as const;
/** Moments differ between the two; that there is one must not. */
const MOMENTS = new Set(['createdAt', 'sentAt', 'failedAt', 'ledgerAt', 'timestamp']);

type Call = (store: OutboxStore) => Promise<unknown>;
interface Step {
  readonly name: string;
  readonly call: Call;
}

/** The simulation stands on a model of the outbox, and the model on this: it does what SQLite does. */
describe('the simulated outbox', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('does the same as the real one, whatever is asked of it', async () => {
    for (let seed = 0; seed < SEQUENCES; seed++) {
      const file = join(folder, String(seed), 'outbox.db');
      const real = await openOutbox({ url: `sqlite:${file}`, ballastBytes: 0 });
      try {
        await expectTheSame(real, seed);
      } finally {
        await real.close();
      }
    }
  }, 120_000);
});

async function expectTheSame(real: OutboxStore, seed: number): Promise<void> {
  const { store: model, ask } = openModel(seed);
  const random = new Random(seed);
  const done: string[] = [];
  for (let count = 0; count < STEPS; count++) {
    const { name, call } = pickStep(random);
    done.push(name);
    await nextMillisecond();
    const wanted = await outcomeOf(call(real));
    const found = await ask(outcomeOf(call(model)));
    expect({ seed, done, outcome: found }).toEqual({ seed, done, outcome: wanted });
    expect(plain(model.stats())).toEqual(plain(real.stats()));
  }
}

function openModel(seed: number) {
  const scheduler = new Scheduler(new Random(seed), new Trace(false));
  const process = new SimulatedProcess('bridge', scheduler);
  const tables = new MemoryTables('outbox');
  const weather = { commitMs: 2, lost: 0 };
  const site = new StoreSite(
    tables,
    process,
    scheduler,
    () => weather,
    () => undefined,
  );
  const watch = { ending: () => undefined };
  const store = new MemoryOutbox(site, new MemoryWriter(site), 'token', watch);
  const ask = async <T>(answer: Promise<T>): Promise<T> => {
    let isDone = false;
    const waiting = answer.finally(() => {
      isDone = true;
    });
    await scheduler.run(() => isDone, Number.POSITIVE_INFINITY);
    return waiting;
  };
  return { store, ask };
}

/** Two changes within a millisecond cannot be told apart by their times. */
async function nextMillisecond(): Promise<void> {
  const now = Date.now();
  while (Date.now() === now) await new Promise((resolve) => setImmediate(resolve));
}

async function outcomeOf(answer: Promise<unknown>): Promise<unknown> {
  try {
    return plain(await answer);
  } catch (error) {
    return error instanceof OutboxError ? error.code : (error as Error).name;
  }
}

/** As JSON, without the moments and the token that differ by right. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value ?? null, (name, part: unknown) => {
    if (MOMENTS.has(name) && part !== null) return 'a moment';
    return name === 'token' ? 'a token' : part;
  });
  return JSON.parse(text);
}

function pickStep(random: Random): Step {
  const steps = [stepOfAcceptance, stepOfBatch, stepOfBatch, stepOfSettling, stepOfDeadLetters];
  return random.pick([...steps, stepOfRelay, stepOfRelay, stepOfLook])(random);
}

const step = (name: string, call: Call): Step => ({ name, call });
const someId = (random: Random): number => random.between(1, 25);

function someIds(random: Random): number[] {
  return [...new Set(Array.from({ length: random.between(1, 4) }, () => someId(random)))];
}

function stepOfAcceptance(random: Random): Step {
  const records = Array.from({ length: random.between(1, 3) }, () => newRecord(random));
  return step('accept', (store) => store.accept(records));
}

function stepOfBatch(random: Random): Step {
  const pipeline = random.pick(PIPELINES);
  const topic = random.pick(TOPICS);
  const number = random.between(1, 6);
  const kind = random.pick(['records', 'records', 'dead-letters'] as const);
  const entries = someIds(random).map((id) => ({ id, topic, partition: id % 2 }));
  const appended = [0, 1].map((partition) => ({
    topic,
    partition,
    offsets: entries.filter((one) => one.partition === partition).map((one) => String(one.id)),
  }));
  const whole = step(`batch ${pipeline}`, (store) =>
    wholeBatch(store, pipeline, kind, entries, appended),
  );
  return random.pick([
    whole,
    whole,
    whole,
    step('openBatch', (store) => store.openBatch(pipeline, kind, entries)),
    step('noteOffsets', (store) => store.noteOffsets(pipeline, number, appended)),
    step('closeBatch', (store) => store.closeBatch(pipeline, number)),
    step('abandonBatch', (store) => store.abandonBatch(pipeline, number)),
    step(`abandoned batch ${pipeline}`, async (store) =>
      store.abandonBatch(pipeline, await store.openBatch(pipeline, kind, entries)),
    ),
    step('noteLedger', (store) => store.noteLedger(pipeline)),
  ]);
}

function stepOfSettling(random: Random): Step {
  const ids = someIds(random);
  const nextAt = random.between(0, 100);
  const failures = ids.map((id) => ({ id, code: 'too_large', error: 'x', nextAt }));
  const acknowledgements = ids.map((id) => ({ id, partition: 0, offset: '7' }));
  return random.pick([
    step('settle', (store) => store.settle(acknowledgements)),
    step('notePublished', (store) => store.notePublished(ids)),
    step('reschedule', (store) => store.reschedule(failures)),
    step('bury', (store) => store.bury(failures)),
  ]);
}

function stepOfDeadLetters(random: Random): Step {
  const messageId = `m${someId(random)}`;
  const topic = random.chance(0.3) ? random.pick(TOPICS) : undefined;
  const status = random.pick(['failed', 'dlq'] as const);
  const replay = step('replay', (store) => store.replay(messageId, { actor: 'test' }, topic));
  return random.pick([
    replay,
    replay,
    step('discard', (store) => store.discard(messageId, { actor: 'test' })),
    step('deadLetter', (store) => store.deadLetter(messageId)),
    step('keysInStatus', (store) => store.keysInStatus(status)),
  ]);
}

function stepOfRelay(random: Random): Step {
  const topic = random.pick(TOPICS);
  const limit = random.between(1, 5);
  const maxBytes = random.pick([1, 60, 10_000]);
  const partition = random.pick([null, 0]);
  const delivery = random.pick(['exactly-once', 'at-least-once'] as const);
  const modulo = random.between(1, 2);
  const lanes = { modulo, remainder: modulo - 1 };
  const page = { afterId: random.between(0, 5), limit, maxBytes, delivery, lanes };
  const now = random.between(0, 100);
  return random.pick([
    step('pendingPage', (store) => store.pendingPage(page)),
    step('pendingOfTopic', (store) => store.pendingOfTopic(topic, partition, limit, maxBytes)),
    step('dueRetries', (store) => store.dueRetries(now, limit)),
    step('dueTransactions', (store) => store.dueTransactions(now, page.afterId, limit)),
    step('ofTransaction', (store) => store.ofTransaction(`transaction of ${limit}`)),
    step('unpublished', (store) => store.unpublishedDeadLetters(limit, maxBytes)),
  ]);
}

function stepOfLook(random: Random): Step {
  const ids = someIds(random);
  const pipeline = random.pick(PIPELINES);
  const messageId = `m${someId(random)}`;
  return random.pick([
    step('lastId', (store) => store.lastId()),
    step('nextRetryAt', (store) => store.nextRetryAt()),
    step('load', (store) => store.load(ids)),
    step('pipelines', (store) => store.pipelines()),
    step('pipeline', (store) => store.pipeline(pipeline)),
    step('find', (store) => store.find(messageId)),
  ]);
}

/** As a pipeline does it, whatever number the batch has. */
async function wholeBatch(
  store: OutboxStore,
  pipeline: string,
  kind: 'records' | 'dead-letters',
  entries: Parameters<OutboxStore['openBatch']>[2],
  appended: Parameters<OutboxStore['noteOffsets']>[2],
): Promise<unknown> {
  const number = await store.openBatch(pipeline, kind, entries);
  await store.noteOffsets(pipeline, number, appended);
  return store.closeBatch(pipeline, number);
}

function someTransaction(random: Random): NewRecord['transaction'] {
  const size = random.between(1, 3);
  return { id: `transaction of ${size}`, size };
}

function newRecord(random: Random): NewRecord {
  const messageId = `m${random.between(1, 25)}`;
  // One content a message id, or now and then another one, which is refused.
  const content = random.chance(0.9) ? messageId : 'other';
  return {
    messageId,
    tenant: NO_TENANT,
    requestHash: hash(content),
    topic: random.pick(TOPICS),
    key: random.chance(0.2) ? null : Buffer.from(`key-${random.between(1, 3)}`),
    value: random.chance(0.1) ? null : Buffer.from(`value of ${messageId}`),
    headers: random.chance(0.5) ? [] : [{ name: 'message-id', value: Buffer.from(messageId) }],
    timestamp: random.chance(0.5) ? null : 1_700_000_000_000,
    delivery: random.pick(['exactly-once', 'at-least-once']),
    requestedPartition: random.chance(0.2) ? 1 : null,
    transaction: random.chance(0.6) ? null : someTransaction(random),
    partition: random.pick([null, 0, 1]),
  };
}
