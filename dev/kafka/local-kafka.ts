import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Broker, BrokerHost, BrokerPorts } from './broker.js';
import { openOnce, picture } from './cluster-probe.js';
import { ComposeHost, dockerIsThere } from './compose-host.js';
import { freePorts } from '../free-ports.js';
import { JavaHost, type ScramUser } from './java-host.js';
import { javaJars } from './java-jars.js';
import { whatIsMissing } from './readiness.js';
import { createTopics } from './topics.js';
import type { NewLocalTopic } from './topics.js';

export type { Broker, BrokerState } from './broker.js';
export type { NewLocalTopic } from './topics.js';

const READY_WITHIN_MS = 90_000;
const POLL_MS = 150;

export interface LocalKafkaOptions {
  /** How many brokers; three by default, which is what the replication settings are made for. */
  readonly brokers?: number;
  /** The clients' ports, one a broker; free ones below 32768 by default. */
  readonly ports?: readonly number[];
  /** Ports of a proxy in front of each broker, and those that the brokers listen on behind it. Needs Java. */
  readonly proxy?: { readonly ports: readonly number[]; readonly brokerPorts: readonly number[] };
  /** Java heap of each broker in MiB, 256 by default (about 290 MB resident). */
  readonly heapMb?: number;
  /** Broker settings beside and above those of dev/kafka/broker.properties, as Kafka spells them. */
  readonly settings?: Readonly<Record<string, string>>;
  /**
   * Java compiles what is used much a second time: slower for the first two minutes, and twice as fast after them.
   * Docker's image does so anyway. False by default.
   */
  readonly longRunning?: boolean;
  /** Options of each broker's Java machine. Needs Java. */
  readonly jvm?: readonly string[];
  /** Needs Java. */
  readonly scramUsers?: readonly ScramUser[];
}

/**
 * A real Apache Kafka on 127.0.0.1 that this process owns: Java where it is installed, else Docker. It ends and
 * its data goes away with `stop()`, or by itself when this process dies, whatever the way.
 */
export class LocalKafka {
  private id: string;

  private constructor(private readonly host: BrokerHost) {
    this.id = newClusterId();
  }

  /** Resolves when the cluster is ready. @throws Error that says what to install, or holds the brokers' last lines. */
  static async start(options: LocalKafkaOptions = {}): Promise<LocalKafka> {
    const cluster = new LocalKafka(await hostFor(options));
    try {
      await cluster.host.format(cluster.id);
      await cluster.startAll();
      await cluster.waitReady();
      await openOnce(cluster.bootstrap, READY_WITHIN_MS);
      await cluster.waitReady();
      return cluster;
    } catch (error: unknown) {
      await cluster.stop();
      throw error;
    }
  }

  get brokers(): readonly Broker[] {
    return this.host.brokers;
  }

  get bootstrap(): string[] {
    return this.brokers.map(({ address }) => address);
  }

  get clusterId(): string {
    return this.id;
  }

  /** The broker with this node id (from 1). */
  broker(id: number): Broker {
    const found = this.brokers.find((broker) => broker.id === id);
    if (found === undefined) throw new RangeError(`There is no broker ${id}.`);
    return found;
  }

  async startAll(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.start()));
  }

  async killAll(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.kill()));
  }

  /**
   * Waits until every running broker is in the cluster and every replica on one of them is in sync.
   * @throws Error with the reason and the brokers' last lines after `withinMs`, or at once when a broker went down.
   */
  async waitReady(withinMs = READY_WITHIN_MS): Promise<void> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      const missing = await this.missing();
      if (missing === null) return;
      if (Date.now() > deadline || this.brokers.some(({ state }) => state === 'ended')) {
        throw new Error(`Kafka is not ready: ${missing}\n${await this.logTails()}`);
      }
      await delay(POLL_MS);
    }
  }

  /** Creates a topic on the running brokers and waits until each knows it; 3 partitions on 3 brokers by default. */
  createTopic(name: string, options?: NewLocalTopic): Promise<void> {
    const addresses = this.running().map(({ address }) => address);
    return createTopics(addresses, [name], {
      replicationFactor: Math.min(3, this.brokers.length),
      ...options,
    });
  }

  /** Throws the data of every broker away and makes another cluster in its place. All brokers must be stopped. */
  async wipe(): Promise<void> {
    const busy = this.brokers.filter(({ state }) => state === 'running' || state === 'paused');
    if (busy.length > 0) throw new Error('Stop every broker before the data is wiped.');
    this.id = newClusterId();
    await this.host.format(this.id);
  }

  /** Ends the cluster and removes its data. */
  async stop(): Promise<void> {
    await this.host.dispose();
  }

  private running(): Broker[] {
    return this.brokers.filter(({ state }) => state === 'running');
  }

  private async missing(): Promise<string | null> {
    const running = this.running();
    if (running.length === 0) return 'no broker is running';
    // The others may have taken its place already, but nobody has asked for that.
    const dead = this.brokers.filter(({ state }) => state === 'ended').map(({ id }) => id);
    if (dead.length > 0) return `broker ${dead.join(', ')} has ended by itself`;
    try {
      return whatIsMissing(running, await Promise.all(running.map((one) => picture(one.address))));
    } catch (error: unknown) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  private async logTails(): Promise<string> {
    const tails = this.brokers.map(
      async (broker) => `--- broker ${broker.id} (${broker.state})\n${await broker.logTail()}`,
    );
    return (await Promise.all(tails)).join('\n');
  }
}

async function hostFor(options: LocalKafkaOptions): Promise<BrokerHost> {
  const { brokers = 3, heapMb = 256, settings = {}, jvm = [], scramUsers = [] } = options;
  const { longRunning = false } = options;
  const ports = await portsFor(brokers, options);
  const jars = await javaJars();
  if (jars !== null) {
    return JavaHost.create({ jars, ports, heapMb, settings, longRunning, jvm, scramUsers });
  }
  if (options.proxy !== undefined) throw new Error('Brokers behind a proxy need Java and Maven.');
  if (jvm.length + scramUsers.length > 0) throw new Error('Secured brokers need Java and Maven.');
  if (await dockerIsThere()) return ComposeHost.create({ ports, heapMb, settings });
  throw new Error(
    'The local Kafka needs Java 17 or newer and Maven (Debian: apt-get install openjdk-17-jre-headless maven), or Docker with Compose.',
  );
}

async function portsFor(
  brokers: number,
  { ports, proxy }: LocalKafkaOptions,
): Promise<BrokerPorts[]> {
  const free = await freePorts(2 * brokers);
  return free.slice(0, brokers).map((client, index) => {
    const advertised = proxy?.ports[index];
    const listen = proxy?.brokerPorts[index];
    return {
      client: ports?.[index] ?? client,
      controller: free[brokers + index] ?? 0,
      ...(advertised === undefined || listen === undefined
        ? {}
        : { proxied: { listen, advertised } }),
    };
  });
}

/** As `kafka-storage random-uuid` makes it: 16 bytes in URL-safe base64. */
function newClusterId(): string {
  return Buffer.from(randomUUID().replaceAll('-', ''), 'hex').toString('base64url');
}
