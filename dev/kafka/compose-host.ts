import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../project-root.js';
import type { Broker, BrokerHost, BrokerPorts, BrokerState } from './broker.js';
import { WatchedProcess } from '../watched-process.js';

const run = promisify(execFile);
const COMPOSE_FILE = join(PROJECT_ROOT, 'dev', 'kafka', 'compose.yml');

export interface ComposeHostOptions {
  readonly ports: readonly BrokerPorts[];
  readonly heapMb: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** Whether there is a Docker engine that answers, with Compose. */
export async function dockerIsThere(): Promise<boolean> {
  try {
    await run('docker', ['compose', 'version']);
    await run('docker', ['info']);
    return true;
  } catch {
    return false;
  }
}

/** Brokers as containers of the official image: what a machine without Java gets. Always three. */
export class ComposeHost implements BrokerHost {
  readonly brokers: readonly ComposeBroker[];
  private readonly project = `ponte-kafka-${randomUUID().slice(0, 8)}`;
  private readonly env: NodeJS.ProcessEnv;
  private watcher: WatchedProcess | null = null;

  private constructor(
    private readonly folder: string,
    { ports, heapMb }: ComposeHostOptions,
  ) {
    this.env = { ...process.env, PONTE_KAFKA_SETTINGS: join(folder, 'server.properties') };
    this.env['PONTE_KAFKA_HEAP_MB'] = String(heapMb);
    for (const [index, { client }] of ports.entries()) {
      this.env[`PONTE_KAFKA_PORT_${index + 1}`] = String(client);
    }
    this.brokers = ports.map(
      ({ client }, index) => new ComposeBroker(index + 1, client, this.compose),
    );
  }

  static async create(options: ComposeHostOptions): Promise<ComposeHost> {
    if (options.ports.length !== 3) throw new Error('The local Kafka on Docker has three brokers.');
    const folder = await mkdtemp(join(tmpdir(), 'ponte-kafka-'));
    const common = await readFile(join(PROJECT_ROOT, 'dev', 'kafka', 'broker.properties'), 'utf8');
    const more = Object.entries(options.settings).map(([name, value]) => `${name}=${value}`);
    await writeFile(join(folder, 'server.properties'), [common, ...more, ''].join('\n'));
    const host = new ComposeHost(folder, options);
    await host.watch();
    return host;
  }

  async format(clusterId: string): Promise<void> {
    // The image formats its storage by itself when a new container first starts.
    await this.compose('rm', '--stop', '--force', '--volumes');
    this.env['PONTE_KAFKA_CLUSTER_ID'] = clusterId;
    await this.compose('create');
  }

  async dispose(): Promise<void> {
    await this.compose('down', '--volumes', '--timeout', '0');
    await this.watcher?.end('SIGKILL', 1_000);
    await rm(this.folder, { recursive: true, force: true });
  }

  private readonly compose = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await run(
      'docker',
      ['compose', '-p', this.project, '-f', COMPOSE_FILE, ...args],
      {
        env: this.env,
      },
    );
    return stdout;
  };

  /** Containers outlive whoever started them: a process of no other use notices our end and takes them down. */
  private async watch(): Promise<void> {
    this.watcher = await WatchedProcess.start({
      command: ['sleep', 'infinity'],
      logFile: join(this.folder, 'watcher.log'),
      onOrphaned:
        'kill -9 $$; docker compose -p "$PONTE_PROJECT" -f "$PONTE_COMPOSE" down -v -t 0; rm -rf "$PONTE_FOLDER"',
      env: {
        ...this.env,
        PONTE_PROJECT: this.project,
        PONTE_COMPOSE: COMPOSE_FILE,
        PONTE_FOLDER: this.folder,
      },
    });
  }
}

class ComposeBroker implements Broker {
  readonly address: string;
  readonly dataFolder = null;
  state: BrokerState = 'stopped';
  private readonly service: string;

  constructor(
    readonly id: number,
    readonly port: number,
    private readonly compose: (...args: readonly string[]) => Promise<string>,
  ) {
    this.address = `127.0.0.1:${port}`;
    this.service = `kafka-${id}`;
  }

  async start(): Promise<void> {
    await this.compose('start', this.service);
    this.state = 'running';
  }

  async kill(): Promise<void> {
    if (this.state === 'stopped') return;
    await this.compose('kill', this.service);
    this.state = 'stopped';
  }

  async stop(): Promise<void> {
    await this.resume();
    await this.compose('stop', '--timeout', '20', this.service);
    this.state = 'stopped';
  }

  async pause(): Promise<void> {
    if (this.state !== 'running') return;
    await this.compose('pause', this.service);
    this.state = 'paused';
  }

  async resume(): Promise<void> {
    if (this.state !== 'paused') return;
    await this.compose('unpause', this.service);
    this.state = 'running';
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  logTail(): Promise<string> {
    return this.compose('logs', '--no-color', '--tail', '30', this.service);
  }
}
