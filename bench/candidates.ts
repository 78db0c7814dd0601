import type { BridgeProcess } from '../test/support/bridge-process.js';
import type { JobProcess } from './job-process.js';
import type { CommitJob } from './commit-load.js';
import type { KafkaJob } from './kafka-load.js';
import type { Measurement } from './measurement.js';
import type { Mode, Stack } from './stack.js';

/** Who is measured; all run for the whole bench, so that all are equally warm. */
export interface Candidates {
  readonly kafkaJs: JobProcess<KafkaJob, Measurement>;
  readonly commits: JobProcess<CommitJob, Measurement>;
  readonly bridges: Readonly<Record<Mode, BridgeProcess>>;
  readonly barePort: number;
}

export async function startCandidates(stack: Stack): Promise<Candidates> {
  return {
    kafkaJs: await stack.startJobs<KafkaJob>('kafka-load.js'),
    commits: await stack.startJobs<CommitJob>('commit-load.js'),
    bridges: {
      'exactly-once': await stack.startBridge('exactly-once'),
      'at-least-once': await stack.startBridge('at-least-once'),
    },
    barePort: await stack.startBareServer(),
  };
}
