import { setTimeout as delay } from 'node:timers/promises';
import { getJson, type HealthView } from '../test/support/bridge-api.js';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import type { Candidates } from './candidates.js';
import type { Measurement } from './measurement.js';
import { accepting } from './posting.js';
import { KAFKAJS_TOPIC, LEDGER_TOPIC, MODES, type Mode, type Stack } from './stack.js';

const CLIENTS = 32;
/** As many records as the bridge puts into one batch. */
const RECORDS_PER_BATCH = 2_000;
const POLL_MS = 20;
const DRAINED_WITHIN_MS = 180_000;

export interface Drain {
  /** Of the bridge, while it drains what it accepted. */
  readonly perSecond: number;
  /** From the moment Kafka goes on until the first record is delivered: the way back, not the rate. */
  readonly firstAfterMs: number;
  /** Records accepted a second while Kafka stood still. */
  readonly acceptedPerSecond: number;
  /** kafkajs alone, right before: the same number of records in full batches, one after the other. */
  readonly kafkaJsPerSecond: number;
}

/** Stops Kafka in the middle of its work, lets the bridge accept records, and times how it gets rid of them. */
export async function measureBacklogs(
  stack: Stack,
  candidates: Candidates,
  records: number,
): Promise<Record<Mode, Drain>> {
  const drains = new Map<Mode, Drain>();
  for (const mode of MODES) {
    const bare = await inFullBatches(stack, candidates, mode, records);
    drains.set(mode, {
      ...(await backlogOf(stack, candidates.bridges[mode], records)),
      kafkaJsPerSecond: records / bare.seconds,
    });
  }
  const drainOf = (mode: Mode): Drain => {
    const drain = drains.get(mode);
    if (drain === undefined) throw new Error(`${mode} was not measured.`);
    return drain;
  };
  return {
    'exactly-once': drainOf('exactly-once'),
    'at-least-once': drainOf('at-least-once'),
  };
}

function inFullBatches(
  stack: Stack,
  { kafkaJs }: Candidates,
  mode: Mode,
  records: number,
): Promise<Measurement> {
  return kafkaJs.run({
    brokers: stack.kafka.bootstrap,
    topic: KAFKAJS_TOPIC,
    ledgerTopic: LEDGER_TOPIC,
    way: mode === 'exactly-once' ? 'transactions' : 'batches',
    recordsPerSend: RECORDS_PER_BATCH,
    syncedFile: null,
    pace: { records },
  });
}

async function backlogOf(
  { kafka, http }: Stack,
  bridge: BridgeProcess,
  records: number,
): Promise<Omit<Drain, 'kafkaJsPerSecond'>> {
  await Promise.all(kafka.brokers.map((broker) => broker.pause()));
  let accepted: Measurement;
  try {
    accepted = await http.run(accepting([bridge.port], { clients: CLIENTS, records }));
  } finally {
    await Promise.all(kafka.brokers.map((broker) => broker.resume()));
  }
  const resumed = performance.now();
  const whole = await openRecords(bridge);
  const first = await openFewerThan(bridge, whole);
  const last = await openFewerThan(bridge, 1);
  return {
    perSecond: (first.open - last.open) / ((last.at - first.at) / 1_000),
    firstAfterMs: first.at - resumed,
    acceptedPerSecond: records / accepted.seconds,
  };
}

async function openFewerThan(
  bridge: BridgeProcess,
  limit: number,
): Promise<{ readonly open: number; readonly at: number }> {
  const deadline = Date.now() + DRAINED_WITHIN_MS;
  for (;;) {
    const open = await openRecords(bridge);
    if (open < limit) return { open, at: performance.now() };
    if (Date.now() > deadline) throw new Error(`The bridge still holds ${open} records.`);
    await delay(POLL_MS);
  }
}

async function openRecords(bridge: BridgeProcess): Promise<number> {
  const { outbox } = await getJson<HealthView>(`${bridge.url}/health`);
  return outbox.pending + outbox.failed;
}
