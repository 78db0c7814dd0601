import { once } from 'node:events';
import net from 'node:net';
import { freePorts } from '../../../dev/free-ports.js';
import { GOOD_LINE, type Injection, type Line, type WireAct, type WireFault } from './faults.js';
import { ProxiedConnection } from './proxied-connection.js';

interface Door {
  readonly broker: number;
  readonly server: net.Server;
  readonly connections: Set<ProxiedConnection>;
}

interface Placed {
  readonly fault: WireFault;
  hits: number;
}

/**
 * Stands between clients and the brokers and does on purpose what networks do: one door a broker. It knows
 * Kafka's frames, so that it can lose the answer to a commit and nothing else.
 */
export class KafkaProxy {
  private readonly doors: Door[] = [];
  private readonly placed = new Set<Placed>();
  private readonly lines = new Map<number, Line>();

  private constructor(
    /** What the brokers must advertise: one port for each, by node id from 1. */
    readonly ports: readonly number[],
    private readonly targets: readonly number[],
  ) {}

  /** Chooses free ports for so many brokers: those of the doors, and those behind them for the brokers. */
  static async prepare(brokers: number): Promise<KafkaProxy> {
    const ports = await freePorts(2 * brokers);
    return new KafkaProxy(ports.slice(0, brokers), ports.slice(brokers));
  }

  /** The ports that the brokers listen on behind the doors. */
  get brokerPorts(): readonly number[] {
    return this.targets;
  }

  get bootstrap(): string[] {
    return this.ports.map((port) => `127.0.0.1:${port}`);
  }

  /** Connections that are open through all doors. */
  get connections(): number {
    return this.doors.reduce((sum, { connections }) => sum + connections.size, 0);
  }

  async open(): Promise<void> {
    for (const [index, port] of this.ports.entries()) {
      const connections = new Set<ProxiedConnection>();
      const broker = index + 1;
      const target = this.targets[index] ?? 0;
      const server = net.createServer((client) => this.enter(client, broker, target, connections));
      server.listen({ host: '127.0.0.1', port });
      await once(server, 'listening');
      this.doors.push({ broker, server, connections });
    }
  }

  /** Puts a fault on the wire until it is removed or used up. */
  inject(fault: WireFault): Injection {
    const placed: Placed = { fault, hits: 0 };
    this.placed.add(placed);
    return {
      get hits() {
        return placed.hits;
      },
      remove: () => this.placed.delete(placed),
    };
  }

  /** Changes the line to one broker, or to all. */
  setLine(line: Partial<Line>, broker?: number): void {
    for (const door of this.doors) {
      if (broker !== undefined && door.broker !== broker) continue;
      const state = { ...GOOD_LINE, ...line };
      this.lines.set(door.broker, state);
      if (state.state === 'closed') this.resetConnections(door.broker);
    }
  }

  /** Resets the open connections to one broker, or to all. */
  resetConnections(broker?: number): void {
    for (const door of this.doors) {
      if (broker !== undefined && door.broker !== broker) continue;
      for (const connection of door.connections) connection.reset();
    }
  }

  /** A good line everywhere and no faults. What got stuck is reset, since it can never move again. */
  heal(): void {
    this.placed.clear();
    const stuck = [...this.lines].filter(([, { state }]) => state !== 'open');
    this.lines.clear();
    for (const [broker] of stuck) this.resetConnections(broker);
  }

  async close(): Promise<void> {
    this.resetConnections();
    for (const { server } of this.doors) {
      server.close();
      await once(server, 'close');
    }
  }

  private enter(
    client: net.Socket,
    broker: number,
    target: number,
    connections: Set<ProxiedConnection>,
  ): void {
    const line = (): Line => this.lines.get(broker) ?? GOOD_LINE;
    if (line().state === 'closed') {
      client.resetAndDestroy();
      return;
    }
    const strike = (on: 'request' | 'answer', apiKey: number) => this.strike(on, apiKey, broker);
    const connection = new ProxiedConnection(client, target, line, strike, () => {
      connections.delete(connection);
    });
    connections.add(connection);
  }

  private strike(on: 'request' | 'answer', apiKey: number, broker: number): WireAct | null {
    for (const placed of this.placed) {
      const { apis, share = 1, times = Infinity, act, ...fault } = placed.fault;
      if (fault.on !== on || (fault.broker !== undefined && fault.broker !== broker)) continue;
      if (apis !== undefined && !apis.includes(apiKey)) continue;
      if (placed.hits >= times || Math.random() >= share) continue;
      placed.hits++;
      return act;
    }
    return null;
  }
}
