import { createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const LOOK_MS = 500;
const ALIVE_WITHIN_MS = 1_000;
const CONNECT_MS = 1_000;

interface Target {
  readonly port: number;
  isUp: boolean;
  readonly sockets: Set<Socket>;
}

/**
 * A load balancer on loopback: connections go to the instances in turn, and only to those that answer
 * `GET /health/live`. For hands-on work and for tests; in production it is the load balancer that is there anyway.
 */
export class Balancer {
  private next = 0;
  private readonly stopping = new AbortController();
  private readonly looking: Promise<unknown>;

  private constructor(
    private readonly server: Server,
    private readonly targets: readonly Target[],
    readonly url: string,
  ) {
    this.looking = Promise.all(targets.map((target) => this.watch(target)));
    server.on('connection', (client: Socket) => this.serve(client));
  }

  static async start(ports: readonly number[], port = 0): Promise<Balancer> {
    const server = createServer({ pauseOnConnect: true });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
    const address = server.address();
    const own = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const targets = ports.map((one) => ({ port: one, isUp: true, sockets: new Set<Socket>() }));
    return new Balancer(server, targets, `http://127.0.0.1:${own}`);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.looking;
    for (const { sockets } of this.targets) for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(client: Socket): void {
    client.on('error', () => client.destroy());
    const up = this.targets.filter(({ isUp }) => isUp);
    const target = up[this.next++ % Math.max(1, up.length)];
    if (target === undefined) {
      client.destroy();
      return;
    }
    const server = connect({ host: '127.0.0.1', port: target.port, timeout: CONNECT_MS });
    for (const socket of [client, server]) {
      target.sockets.add(socket);
      socket.once('close', () => {
        target.sockets.delete(socket);
        client.destroy();
        server.destroy();
      });
    }
    server.on('error', () => client.destroy());
    server.once('timeout', () => server.destroy());
    server.once('connect', () => {
      server.setTimeout(0);
      client.pipe(server).pipe(client);
    });
  }

  /** Whoever is connected to an instance that has become deaf is let go, and finds another one. */
  private async watch(target: Target): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      target.isUp = await isAlive(target.port);
      if (!target.isUp) for (const socket of target.sockets) socket.destroy();
      await delay(LOOK_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function isAlive(port: number): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(ALIVE_WITHIN_MS);
    const response = await fetch(`http://127.0.0.1:${port}/health/live`, { signal });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
