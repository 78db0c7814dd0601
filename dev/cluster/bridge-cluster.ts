import { BridgeProcess } from '../../test/support/bridge-process.js';
import { Balancer } from './balancer.js';

export interface BridgeClusterOptions {
  /** How many bridges. */
  readonly instances: number;
  /** `postgres://…`: the outbox that they share. */
  readonly outbox: string;
  readonly kafka: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of the load balancer; any free one by default. */
  readonly port?: number;
  /** Told what the bridges write. */
  readonly onLine?: (instance: number, line: string) => void;
}

/** Several bridges on one PostgreSQL outbox behind a small load balancer, on loopback. */
export class BridgeCluster {
  private constructor(
    readonly bridges: readonly BridgeProcess[],
    readonly balancer: Balancer,
  ) {}

  /** Resolves when all of them answer. @throws Error with the last lines of one that does not start. */
  static async start(options: BridgeClusterOptions): Promise<BridgeCluster> {
    const { instances, outbox, kafka, env = {}, port, onLine } = options;
    const bridges: BridgeProcess[] = [];
    try {
      for (let instance = 0; instance < instances; instance++) {
        const bridge = await BridgeProcess.prepare({
          env: { KAFKA_BROKERS: kafka.join(','), OUTBOX_URL: outbox, ...env },
          onLine: (line) => onLine?.(instance, line),
        });
        bridges.push(bridge);
      }
      // At once, as a supervisor starts them: they migrate the same database.
      await Promise.all(bridges.map((bridge) => bridge.start()));
      const balancer = await Balancer.start(
        bridges.map((bridge) => bridge.port),
        port,
      );
      return new BridgeCluster(bridges, balancer);
    } catch (error) {
      await Promise.all(bridges.map((bridge) => bridge.kill()));
      throw error;
    }
  }

  get url(): string {
    return this.balancer.url;
  }

  /** In good order. */
  async stop(): Promise<void> {
    await this.balancer.stop();
    await Promise.all(this.bridges.map((bridge) => bridge.terminate()));
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.balancer.stop();
    await Promise.all(this.bridges.map((bridge) => bridge.kill()));
  }
}
