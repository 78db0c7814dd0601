import { randomUUID } from 'node:crypto';
import { LocalKafka, type LocalKafkaOptions } from '../../../dev/kafka/local-kafka.js';
import { prepareBridge, type BridgeSetup } from '../../support/bridge-setup.js';
import type { ConsumedRecord } from '../../support/consumer.js';
import { KafkaProxy } from '../../support/kafka-proxy/kafka-proxy.js';
import { readDeadLetters } from '../../support/oracle/gather/kafka.js';
import type { OracleOptions } from '../../support/oracle/oracle-options.js';
import {
  withOracle,
  withOutbox,
  type Report,
  type Run,
} from '../../support/oracle/run-with-oracle.js';

/** What a row asks of the oracle; the rest is filled in. */
export type RowOracle = Partial<Omit<OracleOptions, 'kafka' | 'bridges' | 'outbox'>>;

/**
 * A cluster with a proxy in front of each broker, and bridges that reach it through the proxy only. The oracle's
 * readers go straight to the brokers. Rows share it; each leaves it well.
 */
export class FaultyWorld {
  /** The bridges of the row that runs, each with its dead letter topic. */
  private readonly setups = new Map<BridgeSetup, string>();

  private constructor(
    readonly kafka: LocalKafka,
    readonly proxy: KafkaProxy,
  ) {}

  static async open(options: LocalKafkaOptions = {}): Promise<FaultyWorld> {
    const proxy = await KafkaProxy.prepare(options.brokers ?? 3);
    const kafka = await LocalKafka.start({ ...options, proxy });
    await proxy.open();
    return new FaultyWorld(kafka, proxy);
  }

  async close(): Promise<void> {
    await this.tidy();
    await this.proxy.close();
    await this.kafka.stop();
  }

  /** Ends the row's bridges, takes every fault away, and waits until the cluster is whole. */
  async tidy(): Promise<void> {
    await Promise.all([...this.setups.keys()].map((setup) => setup.dispose()));
    this.setups.clear();
    this.proxy.heal();
    for (const broker of this.kafka.brokers) {
      if (broker.state === 'paused') await broker.resume();
      if (broker.state !== 'running') await broker.start();
    }
    await this.kafka.waitReady();
  }

  /** A new topic, 3 partitions on 3 brokers. */
  async topic(prefix: string): Promise<string> {
    const name = `${prefix}-${randomUUID().slice(0, 8)}`;
    await this.kafka.createTopic(name);
    return name;
  }

  /** A bridge with an outbox of its own that goes through the proxy; not started. Ended by `tidy`. */
  async prepare(env: Readonly<Record<string, string>> = {}): Promise<BridgeSetup> {
    const deadLetterTopic = `dlq-${randomUUID().slice(0, 8)}`;
    const setup = await prepareBridge(this.proxy.bootstrap, {
      CONFIRM_WAIT_MS: '2000',
      DLQ_TOPIC: deadLetterTopic,
      ...env,
    });
    this.setups.set(setup, deadLetterTopic);
    return setup;
  }

  async bridge(env: Readonly<Record<string, string>> = {}): Promise<BridgeSetup> {
    const setup = await this.prepare(env);
    await setup.bridge.start();
    return setup;
  }

  /** What the bridge has published of these topics to its dead letter topic. */
  deadLetters(setup: BridgeSetup, topics: readonly string[]): Promise<ConsumedRecord[]> {
    return readDeadLetters(this.kafka.bootstrap, this.setups.get(setup) ?? '', topics);
  }

  /** Runs a load against the bridge while `inject` does its worst, and compares. */
  async oracle(
    setup: BridgeSetup,
    options: RowOracle & { readonly topics: readonly string[] },
    inject: (run: Run) => Promise<void>,
  ): Promise<Report> {
    const { kafka } = this;
    const deadLetterTopic = this.setups.get(setup) ?? '';
    return withOracle({ kafka, deadLetterTopic, ...withOutbox(setup), ...options }, inject);
  }
}
