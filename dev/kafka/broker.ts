/**
 * One broker of the local cluster. Every method resolves when the operating system has done it, not when
 * Kafka has got over it: `LocalKafka.waitReady()` waits for that.
 */
export interface Broker {
  /** The node id, from 1. */
  readonly id: number;
  /** The port of 127.0.0.1 for clients; the same after every restart. */
  readonly port: number;
  /** `127.0.0.1:<port>`. */
  readonly address: string;
  readonly state: BrokerState;
  /** Where it keeps its data; null when that is no folder of this machine's. */
  readonly dataFolder: string | null;
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM: Kafka hands its leaderships over first. Waits for the end, with SIGKILL after 20 s. */
  stop(): Promise<void>;
  /** SIGSTOP: sockets stay open, nothing answers. */
  pause(): Promise<void>;
  /** SIGCONT. */
  resume(): Promise<void>;
  /** `stop` and `start`. */
  restart(): Promise<void>;
  /** The last lines that the broker wrote. */
  logTail(): Promise<string>;
}

/** `ended` is a broker that went down by itself. */
export type BrokerState = 'running' | 'paused' | 'stopped' | 'ended';

/** The brokers of one cluster and where they keep their data. */
export interface BrokerHost {
  readonly brokers: readonly Broker[];
  /** Gives every broker an empty data folder for a cluster of this id. All are stopped. */
  format(clusterId: string): Promise<void>;
  /** Ends every broker and removes everything that it left. */
  dispose(): Promise<void>;
}

export interface BrokerPorts {
  readonly client: number;
  readonly controller: number;
  /** A second door for clients: where the broker listens, and the port that it tells them instead. */
  readonly proxied?: { readonly listen: number; readonly advertised: number };
}
