import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { WatchedProcess } from '../../dev/watched-process.js';
import { until } from './bridge-api.js';

const DETACH_WITHIN_MS = 10_000;

export interface StraceOptions {
  /** System calls that are written down, such as `fsync`. */
  readonly trace: readonly string[];
  /** What is done to some of them, in strace's words, such as `fsync:error=EIO:when=3`. Counted in each thread. */
  readonly inject: string;
  /** Only calls on this file are looked at. */
  readonly path?: string;
}

/** The kernel answers a running process as a failing machine would. Needs strace, and the right to trace. */
export class Strace {
  private readonly said: string[] = [];

  private constructor(
    private readonly process: WatchedProcess,
    private readonly folder: string,
  ) {
    for (const input of process.output) {
      createInterface({ input }).on('line', (line) => this.said.push(line));
    }
  }

  /** Resolves when every thread of the process is under its hand. @throws Error with what strace says. */
  static async attach(pid: number, { trace, inject, path }: StraceOptions): Promise<Strace> {
    const folder = await mkdtemp(join(tmpdir(), 'ponte-strace-'));
    const options = ['-f', '-y', '-s', '32', '-o', join(folder, 'calls')];
    const wanted = ['-e', `trace=${trace.join(',')}`, '-e', `inject=${inject}`];
    const only = path === undefined ? [] : ['-P', path];
    const process = await WatchedProcess.start({
      command: ['strace', ...options, ...wanted, ...only, '-p', String(pid)],
      onOrphaned: 'kill $$',
    });
    const strace = new Strace(process, folder);
    try {
      await until(
        'strace is attached',
        async () => strace.said.some((line) => line.includes(' attached')) || !process.running,
        (settled) => settled,
        20_000,
      );
      if (!process.running) throw new Error(`strace is needed: ${strace.said.join(' ')}`);
      return strace;
    } catch (error) {
      await strace.detach();
      await strace.dispose();
      throw error;
    }
  }

  /** The calls so far in the order in which they ended, one a line. */
  async calls(): Promise<string[]> {
    const log = await readFile(join(this.folder, 'calls'), 'utf8').catch(() => '');
    return log.split('\n').filter((line) => line !== '');
  }

  /** Lets the process go; it runs on as if nothing had been. */
  async detach(): Promise<void> {
    await this.process.end('SIGTERM', DETACH_WITHIN_MS);
  }

  /** Removes what it has written down. */
  async dispose(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
