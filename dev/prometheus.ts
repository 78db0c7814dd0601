import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from './free-ports.js';
import { PROJECT_ROOT } from './project-root.js';
import { run } from './run.js';
import { until } from './until.js';
import { WatchedProcess } from './watched-process.js';

/** Where Debian's package is unpacked, not installed: no service is started, and nobody has to be root. */
const UNPACKED = join(PROJECT_ROOT, 'node_modules', '.cache', 'ponte-prometheus');
const STOP_MS = 30_000;

/** The programs of Prometheus: those of the machine, or else those of Debian's package, which is fetched once. */
export async function prometheusProgram(name: 'prometheus' | 'promtool'): Promise<string> {
  try {
    await run(name, ['--version']);
    return name;
  } catch {
    if (!existsSync(UNPACKED)) await unpack();
    return join(UNPACKED, 'usr', 'bin', name);
  }
}

async function unpack(): Promise<void> {
  const making = `${UNPACKED}-${process.pid}`;
  try {
    await mkdir(making, { recursive: true });
    // A fresh machine has no lists yet; who has them need not be root.
    await download(making).catch(() => run('apt-get', ['update']).then(() => download(making)));
    await run('sh', ['-c', 'dpkg-deb -x prometheus_*.deb . && rm prometheus_*.deb'], {
      cwd: making,
    });
    await rename(making, UNPACKED).catch((error: unknown) => {
      // Another process was faster.
      if (!existsSync(UNPACKED)) throw error;
    });
  } catch (error) {
    throw new Error(
      'Prometheus is missing: install prometheus and promtool (Debian: apt-get install prometheus).',
      { cause: error },
    );
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

function download(cwd: string): Promise<string> {
  return run('apt-get', ['download', '-o', 'APT::Sandbox::User=root', 'prometheus'], { cwd });
}

/** An alert that is pending or firing, as Prometheus gives it. */
export interface ActiveAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly state: 'pending' | 'firing';
}

/** A rule with an alert, as Prometheus has read it. */
export interface AlertRule {
  readonly name: string;
  readonly query: string;
  /** How long the expression has to hold before the alert fires, in seconds: `for`. */
  readonly duration: number;
}

/** One time series of an answer, as Prometheus gives it. */
export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  /** Epoch seconds, and the value. */
  readonly value: readonly [number, string];
}

/** A real Prometheus on 127.0.0.1, which ends with this process at the latest. */
export class PrometheusProcess {
  readonly url: string;

  private constructor(
    private readonly process: WatchedProcess,
    port: number,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /**
   * @param config its configuration file. @param folder where it keeps its data.
   * @throws Error when it is not ready within a minute.
   */
  static async start(config: string, folder: string): Promise<PrometheusProcess> {
    const [port = 0] = await freePorts(1);
    const process = await WatchedProcess.start({
      command: [
        await prometheusProgram('prometheus'),
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--log.level=warn',
      ],
      logFile: join(folder, 'prometheus.log'),
      onOrphaned: 'kill -9 $$',
    });
    const started = new PrometheusProcess(process, port);
    await until(
      'Prometheus is ready',
      () => fetch(`${started.url}/-/ready`),
      ({ ok }) => ok,
    );
    return started;
  }

  /** @throws Error with Prometheus' words when it cannot evaluate the expression. */
  async query(expression: string): Promise<readonly Sample[]> {
    const body = new URLSearchParams({ query: expression });
    const response = await fetch(`${this.url}/api/v1/query`, { method: 'POST', body });
    const answer = (await response.json()) as {
      readonly status: string;
      readonly error?: string;
      readonly data?: { readonly result: readonly Sample[] };
    };
    if (answer.status !== 'success') throw new Error(`${expression}: ${answer.error ?? ''}`);
    return answer.data?.result ?? [];
  }

  /** The alerts that are pending or firing now. */
  async alerts(): Promise<readonly ActiveAlert[]> {
    const { alerts } = await this.get<{ readonly alerts: readonly ActiveAlert[] }>('alerts');
    return alerts;
  }

  async alertRules(): Promise<readonly AlertRule[]> {
    const { groups } = await this.get<{
      readonly groups: readonly { readonly rules: readonly AlertRule[] }[];
    }>('rules?type=alert');
    return groups.flatMap(({ rules }) => rules);
  }

  private async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1/${path}`);
    if (!response.ok) throw new Error(`Prometheus answers ${response.status} to ${path}.`);
    return ((await response.json()) as { readonly data: T }).data;
  }

  async stop(): Promise<void> {
    await this.process.end('SIGTERM', STOP_MS);
  }
}
