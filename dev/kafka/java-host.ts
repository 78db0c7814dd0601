import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PROJECT_ROOT } from '../project-root.js';
import type { Broker, BrokerHost, BrokerPorts, BrokerState } from './broker.js';
import { WatchedProcess } from '../watched-process.js';

const FOLDER = join(PROJECT_ROOT, 'dev', 'kafka');
const STOP_WITHIN_MS = 20_000;
const TAIL_LINES = 30;

export interface JavaHostOptions {
  /** The folder that `jars.mjs` made. */
  readonly jars: string;
  readonly ports: readonly BrokerPorts[];
  readonly heapMb: number;
  /** Broker settings beside and above those of broker.properties. */
  readonly settings: Readonly<Record<string, string>>;
  readonly longRunning: boolean;
  /** Options of the Java machine beside the usual ones. */
  readonly jvm: readonly string[];
  readonly scramUsers: readonly ScramUser[];
}

/** A user that the cluster knows from its first moment, for SCRAM-SHA-256 and SCRAM-SHA-512. */
export interface ScramUser {
  readonly name: string;
  readonly password: string;
}

/** Brokers as Java processes, their data in one temporary folder. */
export class JavaHost implements BrokerHost {
  private constructor(
    readonly brokers: readonly JavaBroker[],
    private readonly data: string,
    private readonly jars: string,
    private readonly scramUsers: readonly ScramUser[],
  ) {}

  static async create(options: JavaHostOptions): Promise<JavaHost> {
    const data = await mkdtemp(join(tmpdir(), 'ponte-kafka-'));
    const common = await readFile(join(FOLDER, 'broker.properties'), 'utf8');
    const brokers: JavaBroker[] = [];
    for (const [index, ports] of options.ports.entries()) {
      const id = index + 1;
      const file = join(data, `node-${id}.properties`);
      await writeFile(file, `${common}\n${nodeSettings(id, data, options)}`);
      brokers.push(new JavaBroker(id, ports.client, data, javaCommand(options, file)));
    }
    return new JavaHost(brokers, data, options.jars, options.scramUsers);
  }

  async format(clusterId: string): Promise<void> {
    for (const { id } of this.brokers) {
      const folder = join(this.data, `node-${id}`);
      await rm(folder, { recursive: true, force: true });
      await mkdir(folder);
      if (this.scramUsers.length > 0) {
        await this.formatWithUsers(clusterId, `${folder}.properties`);
        continue;
      }
      await copyFile(
        join(this.jars, 'template', 'bootstrap.checkpoint'),
        join(folder, 'bootstrap.checkpoint'),
      );
      const meta = ['version=1', `cluster.id=${clusterId}`, `node.id=${id}`, ''].join('\n');
      await writeFile(join(folder, 'meta.properties'), meta);
    }
  }

  /** Users are among the first settings of a cluster, which Kafka's own tool writes, in a second. */
  private async formatWithUsers(clusterId: string, properties: string): Promise<void> {
    const users = this.scramUsers.flatMap(({ name, password }) =>
      ['SCRAM-SHA-256', 'SCRAM-SHA-512'].flatMap((mechanism) => [
        '--add-scram',
        `${mechanism}=[name=${name},password=${password}]`,
      ]),
    );
    await promisify(execFile)('java', [
      '-XX:TieredStopAtLevel=1',
      `-Dlog4j2.configurationFile=${join(FOLDER, 'log4j2.xml')}`,
      '-cp',
      join(this.jars, 'lib', '*'),
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId,
      '-c',
      properties,
      ...users,
    ]);
  }

  async dispose(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.kill()));
    await rm(this.data, { recursive: true, force: true, maxRetries: 5 });
  }
}

function nodeSettings(id: number, data: string, { ports, settings }: JavaHostOptions): string {
  const own = ports[id - 1];
  if (own === undefined) throw new RangeError(`There is no broker ${id}.`);
  const voters = ports.map(({ controller }, index) => `${index + 1}@127.0.0.1:${controller}`);
  const { proxied } = own;
  const door = (port: number | undefined): string =>
    port === undefined ? '' : `,PROXIED://127.0.0.1:${port}`;
  const lines = {
    'node.id': id,
    'controller.quorum.voters': voters.join(','),
    listeners: `CLIENT://127.0.0.1:${own.client},CONTROLLER://127.0.0.1:${own.controller}${door(proxied?.listen)}`,
    'advertised.listeners': `CLIENT://127.0.0.1:${own.client}${door(proxied?.advertised)}`,
    'inter.broker.listener.name': 'CLIENT',
    'log.dirs': join(data, `node-${id}`),
    ...settings,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name}=${value}`)
    .join('\n');
}

function javaCommand(
  { jars, heapMb, longRunning, jvm }: JavaHostOptions,
  properties: string,
): string[] {
  return [
    'java',
    `-Xmx${heapMb}m`,
    '-Xms64m',
    '-XX:+UseSerialGC',
    // Three brokers start side by side on few cores: the second compiler costs more at first than it gives.
    ...(longRunning ? [] : ['-XX:TieredStopAtLevel=1']),
    `-Dlog4j2.configurationFile=${join(FOLDER, 'log4j2.xml')}`,
    ...jvm,
    '-cp',
    join(jars, 'lib', '*'),
    'kafka.Kafka',
    properties,
  ];
}

class JavaBroker implements Broker {
  readonly address: string;
  readonly dataFolder: string;
  private process: WatchedProcess | null = null;
  private wanted: 'running' | 'paused' | 'stopped' = 'stopped';

  constructor(
    readonly id: number,
    readonly port: number,
    private readonly data: string,
    private readonly command: readonly string[],
  ) {
    this.address = `127.0.0.1:${port}`;
    this.dataFolder = join(data, `node-${id}`);
  }

  get state(): BrokerState {
    if (this.wanted === 'stopped') return 'stopped';
    return this.process?.running === true ? this.wanted : 'ended';
  }

  async start(): Promise<void> {
    if (this.process?.running === true) return;
    this.process = await WatchedProcess.start({
      command: this.command,
      logFile: this.logFile,
      // Its data is of no use to anybody when the one who started it is dead. Each broker's watcher removes
      // the whole folder, so that the last one finds it complete.
      onOrphaned: 'kill -9 $$; for n in 1 2 3 4 5; do sleep 0.2; rm -rf "$PONTE_KAFKA_DATA"; done',
      env: { ...process.env, PONTE_KAFKA_DATA: this.data },
    });
    this.wanted = 'running';
  }

  async kill(): Promise<void> {
    this.wanted = 'stopped';
    await this.process?.end('SIGKILL', STOP_WITHIN_MS);
  }

  async stop(): Promise<void> {
    await this.resume();
    this.wanted = 'stopped';
    await this.process?.end('SIGTERM', STOP_WITHIN_MS);
  }

  async pause(): Promise<void> {
    if (this.state !== 'running') return;
    this.process?.signal('SIGSTOP');
    this.wanted = 'paused';
  }

  async resume(): Promise<void> {
    if (this.state !== 'paused') return;
    this.process?.signal('SIGCONT');
    this.wanted = 'running';
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async logTail(): Promise<string> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '');
    return log.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  }

  private get logFile(): string {
    return join(this.data, `node-${this.id}.log`);
  }
}
