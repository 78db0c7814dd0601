import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { WatchedProcess } from '../../dev/watched-process.js';
import type { ProcessEnd } from '../../dev/watched-process.js';
import { freePorts } from '../../dev/free-ports.js';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { startOptions } from '../../dev/start-options.js';

const ALIVE_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 60_000;
const POLL_MS = 25;
const TAIL_LINES = 30;
/** Keys that somebody has made in the project's own folder are not this bridge's. */
const NO_KEYS = join(PROJECT_ROOT, 'dist', 'no-keys.json');

export interface BridgeProcessOptions {
  /** The bridge's variables, e.g. `KAFKA_BROKERS` and `OUTBOX_URL`; `HOST` and `PORT` are chosen here. */
  readonly env: Readonly<Record<string, string>>;
  /** A free port below 32768 by default. */
  readonly port?: number;
  /** Shell code that stands before it, such as a `ulimit`. */
  readonly before?: string;
  /** Where it runs: the project's folder by default. */
  readonly cwd?: string;
  /** Called with each line that it writes, as it comes. */
  readonly onLine?: (line: string) => void;
}

/** The built bridge as a process of its own, so that it can be killed as a machine would kill it. */
export class BridgeProcess {
  readonly url: string;
  /** Every line that it wrote to standard output or error, over all its starts. */
  readonly lines: string[] = [];
  private process: WatchedProcess | null = null;

  private constructor(
    readonly port: number,
    private readonly options: BridgeProcessOptions,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Starts it and waits until it answers. @throws Error with its last lines. */
  static async start(options: BridgeProcessOptions): Promise<BridgeProcess> {
    const bridge = await BridgeProcess.prepare(options);
    await bridge.start();
    return bridge;
  }

  /** As `start`, but leaves the starting to the caller: for a bridge that is expected to refuse. */
  static async prepare(options: BridgeProcessOptions): Promise<BridgeProcess> {
    const [free = 0] = options.port === undefined ? await freePorts(1) : [options.port];
    return new BridgeProcess(free, options);
  }

  get pid(): number | undefined {
    return this.process?.pid;
  }

  /** The variables that it is started with; a command for its outbox needs the same. */
  get env(): Readonly<Record<string, string>> {
    return this.options.env;
  }

  /** How the running process ends, or the last one ended. Null when there was none. */
  get ended(): Promise<ProcessEnd> | null {
    return this.process?.ended ?? null;
  }

  /** Starts it on the same port with the same variables (and more for this time), and waits until it answers. */
  async start(more: Readonly<Record<string, string>> = {}): Promise<void> {
    const { ended } = await this.launch(more);
    let end: ProcessEnd | undefined;
    void ended.then((outcome) => (end = outcome));
    const deadline = Date.now() + ALIVE_WITHIN_MS;
    while (!(await this.answers('/health/live'))) {
      if (end !== undefined) throw this.failure(`ended with ${end.code ?? end.signal}`);
      if (Date.now() > deadline) {
        await this.kill();
        throw this.failure(`did not answer within ${ALIVE_WITHIN_MS} ms`);
      }
      await delay(POLL_MS);
    }
  }

  /** Starts it without waiting for an answer. */
  async launch(
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly ended: Promise<ProcessEnd> }> {
    const main = join(PROJECT_ROOT, 'dist', 'apps', 'bridge', 'src', 'main.js');
    if (!existsSync(main)) throw new Error('The bridge is not built: npm run build.');
    const { before, cwd = PROJECT_ROOT } = this.options;
    const command = [process.execPath, ...(await startOptions()), main];
    const bridge = await WatchedProcess.start({
      command:
        before === undefined ? command : ['sh', '-c', `${before}; exec "$@"`, 'sh', ...command],
      onOrphaned: 'kill -9 $$',
      env: {
        ...inherited(),
        HOST: '127.0.0.1',
        PORT: String(this.port),
        KEYS_PATH: NO_KEYS,
        ...this.options.env,
        ...more,
      },
      cwd,
    });
    for (const input of bridge.output) {
      createInterface({ input }).on('line', (line) => {
        this.lines.push(line);
        this.options.onLine?.(line);
      });
    }
    this.process = bridge;
    return bridge;
  }

  /** SIGKILL, and waits until it is gone. */
  async kill(): Promise<void> {
    await this.process?.end('SIGKILL', STOP_WITHIN_MS);
  }

  /** SIGABRT: as it ends where Node itself gives up. */
  async abort(): Promise<void> {
    await this.process?.end('SIGABRT', STOP_WITHIN_MS);
  }

  /** SIGTERM; resolves when it has ended, with the exit code, or null when it had to be killed after 60 s. */
  async terminate(): Promise<number | null> {
    await this.process?.end('SIGTERM', STOP_WITHIN_MS);
    return (await this.process?.ended)?.code ?? null;
  }

  /** SIGKILL and a new start on the same outbox. */
  async restart(): Promise<void> {
    await this.kill();
    await this.start();
  }

  /** For a process that lives on: as if nothing had happened after SIGSTOP and SIGCONT. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2'): void {
    this.process?.signal(signal);
  }

  /** The lines that are JSON, as the bridge logs. */
  logs(): Record<string, unknown>[] {
    return this.lines.flatMap((line) => {
      try {
        const parsed: unknown = JSON.parse(line);
        return typeof parsed === 'object' && parsed !== null ? [{ ...parsed }] : [];
      } catch {
        return [];
      }
    });
  }

  private async answers(path: string): Promise<boolean> {
    try {
      const response = await fetch(this.url + path, { signal: AbortSignal.timeout(2_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }

  private failure(what: string): Error {
    return new Error(`The bridge ${what}:\n${this.lines.slice(-TAIL_LINES).join('\n')}`);
  }
}

/** What a process needs of ours; a variable of the bridge that happens to be set must not reach it. */
function inherited(): NodeJS.ProcessEnv {
  const { PATH, HOME, TZ, TMPDIR } = process.env;
  return Object.fromEntries(
    Object.entries({ PATH, HOME, TZ, TMPDIR }).filter(([, value]) => value !== undefined),
  );
}
