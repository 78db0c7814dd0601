import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { PROJECT_ROOT } from '../../../dev/project-root.js';
import { WatchedProcess } from '../../../dev/watched-process.js';
import { until } from '../bridge-api.js';
import { LoadLogReader, type Progress } from './load-log.js';
import { loadOptions, type LoadOptions, type WantedLoad } from './load-options.js';
import type { Posted } from './posted.js';

const PROGRAM = fileURLToPath(new URL('load-generator.ts', import.meta.url));
const STOP_MS = 30_000;

/** A running load generator and its log. */
export class Load {
  private readonly lines: string[] = [];
  private readonly reader: LoadLogReader;

  private constructor(
    private readonly process: WatchedProcess,
    private readonly folder: string,
    readonly logFile: string,
    private readonly options: LoadOptions,
  ) {
    this.reader = new LoadLogReader(logFile);
  }

  /** Resolves when the generator has opened its log and begins to post. */
  static async start(wanted: WantedLoad): Promise<Load> {
    const options = loadOptions(wanted);
    const folder = await mkdtemp(join(tmpdir(), 'ponte-load-'));
    const logFile = join(folder, 'load.jsonl');
    const loader = join(PROJECT_ROOT, 'test', 'support', 'typescript.mjs');
    const process = await WatchedProcess.start({
      command: [
        globalThis.process.execPath,
        '--import',
        loader,
        PROGRAM,
        logFile,
        JSON.stringify(options),
      ],
      onOrphaned: 'kill -9 $$',
      cwd: PROJECT_ROOT,
    });
    const load = new Load(process, folder, logFile, options);
    await load.ready();
    return load;
  }

  progress(): Promise<Progress> {
    return this.reader.progress();
  }

  /** Waits until so many more records than now are accepted: the load goes on. */
  async untilMore(records: number, withinMs = 60_000): Promise<void> {
    const before = (await this.progress()).accepted;
    await until(
      `${records} more records are accepted`,
      () => this.progress(),
      ({ accepted }) => accepted >= before + records,
      withinMs,
    );
  }

  /** As `untilMore`, of records that are confirmed by Kafka. */
  async untilMoreConfirmed(records: number, withinMs = 60_000): Promise<void> {
    const before = (await this.progress()).confirmed;
    await until(
      `${records} more records are confirmed`,
      () => this.progress(),
      ({ confirmed }) => confirmed >= before + records,
      withinMs,
    );
  }

  /**
   * Ends it in good order; a load with `records` or `durationMs` is waited for instead. Unanswered records are
   * repeated for `patienceMs` first.
   * @throws Error when the generator had died.
   */
  async stop(): Promise<void> {
    const { records, durationMs, patienceMs } = this.options;
    if (records === null && durationMs === null) {
      await this.process.end('SIGTERM', patienceMs + STOP_MS);
    }
    const { code, signal } = await this.process.ended;
    if (code !== 0) {
      throw new Error(`The load generator ended with ${code ?? signal}:\n${this.lines.join('\n')}`);
    }
  }

  /** SIGKILL. The log stays readable. */
  async kill(): Promise<void> {
    await this.process.end('SIGKILL', STOP_MS);
  }

  /** Everything that the log tells so far. */
  read(): Promise<Posted[]> {
    return this.reader.posted();
  }

  /** Removes the log. */
  async dispose(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  private ready(): Promise<void> {
    return new Promise((resolve, reject) => {
      for (const input of this.process.output) {
        createInterface({ input }).on('line', (line) => {
          this.lines.push(line);
          if (line === 'ready') resolve();
        });
      }
      const failed = (): void => {
        reject(new Error(`The load generator did not start:\n${this.lines.join('\n')}`));
      };
      this.process.ended.then(failed, failed);
    });
  }
}
