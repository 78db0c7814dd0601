import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../dev/free-ports.js';
import { LocalKafka } from '../dev/kafka/local-kafka.js';
import { BridgeProcess } from '../test/support/bridge-process.js';
import type { HttpJob } from './http-load.js';
import { JobProcess } from './job-process.js';
import type { Measurement } from './measurement.js';

export type Mode = 'exactly-once' | 'at-least-once';
export const MODES: readonly Mode[] = ['exactly-once', 'at-least-once'];

export const TOPIC = 'bench-invoices';
export const KAFKAJS_TOPIC = 'bench-kafkajs';
export const LEDGER_TOPIC = 'bench-ledger';

/** What every bench needs: a cluster, a process that makes HTTP load, and a folder for the outboxes. */
export class Stack {
  private readonly cleanUps: (() => Promise<unknown>)[] = [];
  private stopped: Promise<void> | null = null;

  private constructor(
    readonly kafka: LocalKafka,
    readonly folder: string,
    readonly http: JobProcess<HttpJob, Measurement>,
  ) {}

  /** @throws Error after which nothing is left running. */
  static async start(): Promise<Stack> {
    const kafka = await LocalKafka.start({ longRunning: true });
    try {
      for (const topic of [TOPIC, KAFKAJS_TOPIC, LEDGER_TOPIC, 'dlq-topic']) {
        await kafka.createTopic(topic);
      }
      const folder = await mkdtemp(join(tmpdir(), 'ponte-bench-'));
      const http = await JobProcess.start<HttpJob, Measurement>('http-load.js');
      const stack = new Stack(kafka, folder, http);
      stack.onStop(() => kafka.stop());
      stack.onStop(() => rm(folder, { recursive: true, force: true }));
      stack.onStop(() => http.stop());
      return stack;
    } catch (error) {
      await kafka.stop();
      throw error;
    }
  }

  /** Called at the stop, the last one first. */
  onStop(cleanUp: () => Promise<unknown>): void {
    this.cleanUps.push(cleanUp);
  }

  async startBridge(
    mode: Mode,
    env: Readonly<Record<string, string>> = {},
  ): Promise<BridgeProcess> {
    const bridge = await BridgeProcess.start({
      env: {
        KAFKA_BROKERS: this.kafka.bootstrap.join(','),
        KAFKA_CLIENT_ID: `bench-${mode}`,
        OUTBOX_URL: `sqlite:${join(this.folder, mode, 'outbox.db')}`,
        DELIVERY: mode,
        ...env,
      },
    });
    this.onStop(() => bridge.terminate());
    return bridge;
  }

  /** Starts the server that answers with what it is sent; returns its port. */
  async startBareServer(): Promise<number> {
    const [port = 0] = await freePorts(1);
    const server = await JobProcess.start<{ readonly port: number }, null>('bare-server.js');
    this.onStop(() => server.stop());
    await server.run({ port });
    return port;
  }

  /** @param file as in `JobProcess.start`. */
  async startJobs<J extends object>(file: string): Promise<JobProcess<J, Measurement>> {
    const jobs = await JobProcess.start<J, Measurement>(file);
    this.onStop(() => jobs.stop());
    return jobs;
  }

  /** Ends everything, whatever fails; called again it waits for the same end. */
  stop(): Promise<void> {
    this.stopped ??= this.runCleanUps();
    return this.stopped;
  }

  private async runCleanUps(): Promise<void> {
    for (const cleanUp of this.cleanUps.toReversed()) {
      await cleanUp().catch((error: unknown) => console.error(String(error)));
    }
  }
}
