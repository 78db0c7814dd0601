import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';

/*
 * The shell turns into the command (so its pid is the command's) and leaves a watcher behind that holds the
 * other end of a pipe to us. When we end, however we end, the pipe closes: the watcher runs what is to be
 * done then. `done` on the pipe sends it home.
 */
const SHELL = `
( read -r word <&3 || eval "$0" ) >/dev/null 2>&1 &
exec 3<&-
exec "$@"`;

export interface WatchedCommand {
  readonly command: readonly string[];
  /** Standard output and error are appended to this file, or can be read from `output` when there is none. */
  readonly logFile?: string;
  /** Shell code for the case that this process dies first; `$$` is the pid of the command. */
  readonly onOrphaned: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A child process that cannot outlive us, even when we are killed with -9. */
export class WatchedProcess {
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  /** Standard output and error, unless they go to a file. */
  readonly output: readonly Readable[];
  private hasEnded = false;

  private constructor(private readonly child: ChildProcess) {
    this.pid = child.pid ?? -1;
    this.output = [child.stdout, child.stderr].filter((stream) => stream !== null);
    const watcher = child.stdio[3] as Writable & { unref(): void };
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        this.hasEnded = true;
        watcher.end('done\n');
        resolve({ code, signal });
      });
    });
    watcher.on('error', () => {
      // The watcher is gone; there is nobody left to send home.
    });
    // A cluster that somebody forgot must not keep the process alive: when it ends, the watcher clears up.
    watcher.unref();
    child.unref();
  }

  static start(options: WatchedCommand): Promise<WatchedProcess> {
    const { command, onOrphaned, logFile, env = process.env, cwd = process.cwd() } = options;
    const output = logFile === undefined ? 'pipe' : openSync(logFile, 'a');
    // In a group of its own, so that Ctrl-C reaches us only and we stop things in good order.
    const child = spawn('sh', ['-c', SHELL, onOrphaned, ...command], {
      stdio: ['ignore', output, output, 'pipe'],
      detached: true,
      env,
      cwd,
    });
    if (output !== 'pipe') closeSync(output);
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('spawn', () => resolve(new WatchedProcess(child)));
    });
  }

  get running(): boolean {
    return !this.hasEnded;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.running) this.child.kill(signal);
  }

  /** Sends the signal and waits until the process has ended; with -9 when `withinMs` were not enough. */
  async end(signal: NodeJS.Signals, withinMs: number): Promise<void> {
    if (!this.running) return;
    this.child.ref();
    const timer = setTimeout(() => this.signal('SIGKILL'), withinMs);
    this.signal(signal);
    await this.ended;
    clearTimeout(timer);
  }
}
