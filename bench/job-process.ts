import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { JobAnswer } from './job-server.js';

/** A process of its own that runs jobs. It ends by itself when this process is gone. */
export class JobProcess<J extends object, R> {
  private constructor(private readonly child: ChildProcess) {}

  /** Starts a built file of this folder, such as `http-load.js`. */
  static async start<J extends object, R>(
    file: string,
    args: readonly string[] = [],
  ): Promise<JobProcess<J, R>> {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), [...args], {
      // Measurements are typed arrays, which JSON would turn into objects.
      serialization: 'advanced',
      execArgv: [],
    });
    await once(child, 'spawn');
    return new JobProcess<J, R>(child);
  }

  /** @throws Error with the job's own message, or when the process ends before it answers. */
  run(job: J): Promise<R> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('The process ended in the middle of its job.'));
      this.child.once('exit', ended);
      this.child.once('message', (answer: JobAnswer<R>) => {
        this.child.off('exit', ended);
        if ('result' in answer) resolve(answer.result);
        else reject(new Error(answer.error));
      });
      this.child.send(job);
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }
}
