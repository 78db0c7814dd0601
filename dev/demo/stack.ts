import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeProcess } from '../../test/support/bridge-process.js';
import { LocalKafka } from '../kafka/local-kafka.js';
import type { LocalKafkaOptions } from '../kafka/local-kafka.js';
import { CleanUps } from '../clean-ups.js';
import { portIsFree } from '../free-ports.js';

export const TOPIC = 'protheus-notas-fiscais';
const DEAD_LETTERS = 'dlq-topic';
const BRIDGE_PORT = 8081;

/** What the demo shows: a cluster, and one bridge with its outbox in a temporary SQLite file. */
export interface Stack {
  readonly kafka: LocalKafka;
  readonly bridge: BridgeProcess;
  /** Ends both and removes what they stored. May be called again: it resolves when all is done. */
  stop(): Promise<void>;
  /** Whether `stop` was called, or a signal has come. */
  stopping(): boolean;
}

export interface StackOptions {
  readonly kafka?: LocalKafkaOptions;
  /** Told what has come up, one line each. */
  readonly say: (line: string) => void;
  /** Told what the bridge writes. */
  readonly onBridgeLine?: (line: string) => void;
}

/**
 * Starts the cluster, its topics and the bridge: on port 8081 when that is free.
 * Ctrl-C or SIGTERM stop everything and end the process.
 */
export async function startStack({
  kafka: wanted = {},
  say,
  onBridgeLine,
}: StackOptions): Promise<Stack> {
  const cleanUps = new CleanUps();
  const stop = () => cleanUps.run();
  try {
    const kafka = await LocalKafka.start(wanted);
    cleanUps.add(() => kafka.stop());
    await kafka.createTopic(TOPIC);
    await kafka.createTopic(DEAD_LETTERS);
    say(`Kafka: ${kafka.brokers.length} brokers at ${kafka.bootstrap.join(', ')}`);
    say(`Topics: ${TOPIC} and ${DEAD_LETTERS} (3 partitions, 3 replicas, 2 in sync at least)`);

    const data = await mkdtemp(join(tmpdir(), 'ponte-outbox-'));
    cleanUps.add(() => rm(data, { recursive: true, force: true }));
    const bridge = await startBridge(kafka, data, onBridgeLine);
    cleanUps.add(() => bridge.terminate());
    say(`Bridge: ${bridge.url} (outbox: SQLite, fsync before every answer)`);
    return { kafka, bridge, stop, stopping: () => cleanUps.running };
  } catch (error: unknown) {
    await stop();
    throw error;
  }
}

async function startBridge(
  kafka: LocalKafka,
  data: string,
  onLine: (line: string) => void = () => undefined,
): Promise<BridgeProcess> {
  const env = {
    KAFKA_BROKERS: kafka.bootstrap.join(','),
    OUTBOX_URL: `sqlite:${join(data, 'outbox.db')}`,
    DLQ_TOPIC: DEAD_LETTERS,
  };
  const friendly = await portIsFree(BRIDGE_PORT);
  return BridgeProcess.start({ env, onLine, ...(friendly ? { port: BRIDGE_PORT } : {}) });
}
