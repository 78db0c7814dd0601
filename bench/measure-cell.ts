import { join } from 'node:path';
import type { Candidates } from './candidates.js';
import type { Pace } from './closed-loop.js';
import type { Way } from './kafka-senders.js';
import type { Measurement } from './measurement.js';
import { RECORDS_PER_LIST, RECORDS_PER_LOOP, type Subject } from './plan.js';
import { accepting, delivering, echoing, waitUntilDrained } from './posting.js';
import { KAFKAJS_TOPIC, LEDGER_TOPIC, type Mode, type Stack } from './stack.js';

/** One cell. What the bridge accepted in it is in Kafka when it resolves. */
export function measureCell(
  stack: Stack,
  { kafkaJs, commits, bridges, barePort }: Candidates,
  subject: Subject,
  { clients, warmUpMs, measureMs }: Pace,
): Promise<Measurement> {
  const pace = { clients, warmUpMs, measureMs };
  const bare = (
    way: Way,
    recordsPerSend = 1,
    syncedFile: string | null = null,
  ): Promise<Measurement> =>
    kafkaJs.run({
      brokers: stack.kafka.bootstrap,
      topic: KAFKAJS_TOPIC,
      ledgerTopic: LEDGER_TOPIC,
      way,
      recordsPerSend,
      syncedFile,
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
    case 'kafkajs-lists':
      return bare('single', RECORDS_PER_LOOP);
    case 'kafkajs-synced':
      return bare('single', 1, join(stack.folder, 'synced'));
    case 'bare-echo':
      return stack.http.run(echoing(barePort, pace));
    case 'bare-commit':
      return commits.run({ file: join(stack.folder, 'commits.db'), pace });
    case 'accepted-exactly-once':
      return accept('exactly-once');
    case 'accepted-at-least-once':
      return accept('at-least-once');
    case 'lists-delivered':
      return deliver('exactly-once', RECORDS_PER_LIST);
    case 'lists-delivered-at-least-once':
      return deliver('at-least-once', RECORDS_PER_LIST);
    case 'lists-accepted':
      return accept('exactly-once', RECORDS_PER_LIST);
    default: {
      const unknown: never = subject;
      throw new Error(`no such subject: ${String(unknown)}`);
    }
  }
}
