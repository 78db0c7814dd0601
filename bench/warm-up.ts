import { JobProcess } from './job-process.js';
import type { KafkaJob } from './kafka-load.js';
import type { Measurement } from './measurement.js';
import { RECORDS_PER_LOOP } from './plan.js';
import { KAFKAJS_TOPIC, LEDGER_TOPIC, type Stack } from './stack.js';

/**
 * How long brokers work before anything is measured. Java compiles what is used much once more then: a transaction
 * costs brokers of two minutes less than half of what it costs new ones, and no production's brokers are new.
 */
const FULL = { transactionsMs: 110_000, batchesMs: 20_000 };
const QUICK = { transactionsMs: 500, batchesMs: 200 };

/** Lets the brokers grow warm with work that no candidate has a part in. */
export async function warmUp({ kafka }: Stack, quick: boolean): Promise<void> {
  const { transactionsMs, batchesMs } = quick ? QUICK : FULL;
  const jobs = await JobProcess.start<KafkaJob, Measurement>('kafka-load.js');
  const work = { brokers: kafka.bootstrap, topic: KAFKAJS_TOPIC, ledgerTopic: LEDGER_TOPIC };
  const alone = { recordsPerSend: 1, syncedFile: null };
  try {
    const many = { clients: 128, warmUpMs: transactionsMs, measureMs: 1 };
    await jobs.run({ ...work, ...alone, way: 'transactions', pace: many });
    const one = { clients: 1, warmUpMs: batchesMs, measureMs: 1 };
    await jobs.run({
      ...work,
      ...alone,
      recordsPerSend: RECORDS_PER_LOOP,
      way: 'single',
      pace: one,
    });
  } finally {
    await jobs.stop();
  }
}
