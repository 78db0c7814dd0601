import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { drained, getJson, type HealthView } from '../test/support/bridge-api.js';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import { sqliteFile } from '../test/support/sqlite-file.js';
import type { Candidates } from './candidates.js';
import { outOfOrderIn, recordsIn } from './order.js';
import { RECORDS_PER_LOOP } from './plan.js';
import { accepting } from './posting.js';
import { cpuShare, forgetPeak, peakResident } from './process-use.js';
import { KAFKAJS_TOPIC, LEDGER_TOPIC, TOPIC, type Stack } from './stack.js';

const LIST = 500;
const CLIENTS = 8;
/** Posted at a time, so that no job of the load's process takes long. */
const SLICE = 50_000;
const READY_WITHIN_MS = 120_000;
const DRAINED_WITHIN_MS = 1_800_000;
const READY_POLL_MS = 5;
const POLL_MS = 50;
/** After its start and after its last record, before it counts as idle. */
const SETTLED_AFTER_MS = 3_000;

/** What one bridge with its own outbox did, exactly once, all settings but the queue's limits the defaults. */
export interface DeepBacklog {
  readonly rows: number;
  /** Of one core, 0 to 1, while nobody asks for anything and nothing waits. */
  readonly idleShare: number;
  /** From the start after SIGKILL until /health/ready is 200, all rows queued, Kafka standing still. */
  readonly readySeconds: number;
  /** From the first delivered record to the last. */
  readonly perSecond: number;
  /** The bare loop, right before: as many records. */
  readonly barePerSecond: number;
  /** While it drains, bytes. */
  readonly peakResident: number;
  /** Records that are not where the order of their key wants them. */
  readonly outOfOrder: number;
}

export interface DeepSize {
  readonly rows: number;
  readonly idleMs: number;
  /** Hears of each step: a million records take minutes. */
  readonly say: (line: string) => void;
}

/** @throws Error when the rows are not all there at the end, or it takes longer than half an hour. */
export async function deepBacklog(
  stack: Stack,
  { kafkaJs }: Candidates,
  { rows, idleMs, say }: DeepSize,
): Promise<DeepBacklog> {
  const folder = join(stack.folder, 'deep');
  const file = join(folder, 'outbox.db');
  const bridge = await stack.startBridge('exactly-once', {
    OUTBOX_URL: `sqlite:${file}`,
    QUEUE_MAX_ROWS: String(rows * 2),
    QUEUE_MAX_BYTES: '64 GiB',
  });
  await delay(SETTLED_AFTER_MS);
  const idleShare = await cpuShare(bridge, idleMs);
  const bare = await kafkaJs.run({
    brokers: stack.kafka.bootstrap,
    topic: KAFKAJS_TOPIC,
    ledgerTopic: LEDGER_TOPIC,
    way: 'batches',
    recordsPerSend: RECORDS_PER_LOOP,
    syncedFile: null,
    pace: { records: rows },
  });
  say(`${rows} records are being queued while Kafka stands still`);
  const queued = await queueAndRestart(stack, bridge, rows);
  say(`ready after ${queued.readySeconds.toFixed(2)} s; they are being drained`);
  const { perSecond } = await drain(bridge);
  const peak = await peakResident(bridge);
  await bridge.terminate();
  const outOfOrder = await count(file, outOfOrderIn(TOPIC));
  const found = await count(file, recordsIn(TOPIC));
  if (found !== rows) throw new Error(`${found} records are in the outbox, not ${rows}.`);
  await rm(folder, { recursive: true });
  const barePerSecond = rows / bare.seconds;
  return { rows, idleShare, ...queued, perSecond, barePerSecond, peakResident: peak, outOfOrder };
}

async function queueAndRestart(
  { kafka, http }: Stack,
  bridge: BridgeProcess,
  rows: number,
): Promise<{ readonly readySeconds: number }> {
  await Promise.all(kafka.brokers.map((broker) => broker.pause()));
  try {
    for (let queued = 0; queued < rows; queued += SLICE) {
      const records = Math.min(SLICE, rows - queued) / LIST;
      await http.run(accepting([bridge.port], { clients: CLIENTS, records }, LIST));
    }
    await bridge.kill();
    const readySeconds = await startUntilReady(bridge);
    await forgetPeak(bridge);
    return { readySeconds };
  } finally {
    await Promise.all(kafka.brokers.map((broker) => broker.resume()));
  }
}

async function startUntilReady(bridge: BridgeProcess): Promise<number> {
  const began = performance.now();
  await bridge.launch();
  while (!(await isReady(bridge))) {
    if (performance.now() - began > READY_WITHIN_MS) throw new Error('The bridge is not ready.');
    await delay(READY_POLL_MS);
  }
  return (performance.now() - began) / 1_000;
}

async function isReady({ url }: BridgeProcess): Promise<boolean> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

/** The rate from the first look at which something is delivered. */
async function drain(bridge: BridgeProcess): Promise<{ readonly perSecond: number }> {
  const open = async (): Promise<number> => {
    const { outbox } = await getJson<HealthView>(`${bridge.url}/health`);
    return outbox.pending + outbox.failed;
  };
  const whole = await open();
  let first = whole;
  do {
    await delay(POLL_MS);
    first = await open();
  } while (first === whole && first > 0);
  const began = performance.now();
  await drained(bridge.url, DRAINED_WITHIN_MS);
  return { perSecond: first / ((performance.now() - began) / 1_000) };
}

async function count(file: string, sql: string): Promise<number> {
  const [row] = await sqliteFile(file, sql);
  return Number(row?.['found']);
}
