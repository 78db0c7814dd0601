/** What a job's process answers: its measurement, or why there is none. */
export type JobAnswer<R> = { readonly result: R } | { readonly error: string };

/** Runs the jobs that the parent process sends, one at a time, until the parent is gone. */
export function serveJobs<R>(run: (job: never) => Promise<R>): void {
  process.on('message', (job: unknown) => {
    void run(job as never).then(
      (result) => answer({ result }),
      (error: unknown) => answer({ error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
}

function answer<R>(message: JobAnswer<R>): void {
  process.send?.(message);
}
