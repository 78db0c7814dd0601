import type { BridgeProcess } from '../test/support/bridge-process.js';
import type { Pace } from './closed-loop.js';
import type { JobProcess } from './job-process.js';
import type { KafkaJob } from './kafka-load.js';
import { figuresOf, type Measurement } from './measurement.js';
import {
  LIST_SUBJECTS,
  plan,
  RECORDS_PER_LIST,
  SUBJECTS,
  type Cell,
  type Size,
  type Subject,
} from './plan.js';
import { accepting, delivering, waitUntilDrained } from './posting.js';
import { KAFKAJS_TOPIC, LEDGER_TOPIC, type Mode, type Stack } from './stack.js';
import type { Way } from './kafka-senders.js';

const WARM_UP_CLIENTS = 32;

export interface MeasuredCell extends Cell {
  /** In the order of the rounds. */
  readonly rounds: Measurement[];
}

/** Who is measured; all run for the whole bench, so that all are equally warm. */
export interface Candidates {
  readonly kafkaJs: JobProcess<KafkaJob, Measurement>;
  readonly bridges: Readonly<Record<Mode, BridgeProcess>>;
  readonly barePort: number;
}

/** Runs the whole plan, one cell after the other. `say` hears of each. */
export async function measureRates(
  stack: Stack,
  candidates: Candidates,
  size: Size,
  say: (line: string) => void,
): Promise<MeasuredCell[]> {
  const measured = new Map<string, MeasuredCell>();
  for (const subject of new Set([...SUBJECTS, ...LIST_SUBJECTS])) {
    const pace = { clients: WARM_UP_CLIENTS, warmUpMs: size.firstWarmUpMs, measureMs: 1 };
    await measure(stack, candidates, subject, pace);
  }
  for (const cell of plan(size)) {
    const pace = { ...size, clients: cell.clients };
    const measurement = await measure(stack, candidates, cell.subject, pace);
    const name = `${cell.subject}, ${cell.clients} clients`;
    const known = measured.get(name) ?? { ...cell, rounds: [] };
    known.rounds.push(measurement);
    measured.set(name, known);
    say(`${name}: ${Math.round(figuresOf(measurement).perSecond)}/s`);
  }
  return [...measured.values()];
}

function measure(
  stack: Stack,
  { kafkaJs, bridges, barePort }: Candidates,
  subject: Subject,
  { clients, warmUpMs, measureMs }: Pace,
): Promise<Measurement> {
  const pace = { clients, warmUpMs, measureMs };
  const bare = (way: Way): Promise<Measurement> =>
    kafkaJs.run({
      brokers: stack.kafka.bootstrap,
      topic: KAFKAJS_TOPIC,
      ledgerTopic: LEDGER_TOPIC,
      way,
      pace,
    });
  const deliver = (mode: Mode, records = 1): Promise<Measurement> =>
    stack.http.run(delivering([bridges[mode].port], pace, records));
  const accept = async (mode: Mode, records = 1): Promise<Measurement> => {
    const measurement = await stack.http.run(accepting([bridges[mode].port], pace, records));
    await waitUntilDrained(bridges[mode]);
    return measurement;
  };
  switch (subject) {
    case 'kafkajs-single':
      return bare('single');
    case 'kafkajs-batches':
      return bare('batches');
    case 'kafkajs-transactions':
      return bare('transactions');
    case 'delivered-exactly-once':
      return deliver('exactly-once');
    case 'delivered-at-least-once':
      return deliver('at-least-once');
    case 'bare-server':
      return stack.http.run(accepting([barePort], pace));
    case 'accepted-exactly-once':
      return accept('exactly-once');
    case 'accepted-at-least-once':
      return accept('at-least-once');
    case 'lists-delivered':
      return deliver('exactly-once', RECORDS_PER_LIST);
    case 'lists-accepted':
      return accept('exactly-once', RECORDS_PER_LIST);
    default: {
      const unknown: never = subject;
      throw new Error(`no such subject: ${String(unknown)}`);
    }
  }
}
