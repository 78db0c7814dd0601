import { closedLoop, countedLoop, type Pace } from './closed-loop.js';
import { httpClients, type HttpTarget } from './http-client.js';
import { serveJobs } from './job-server.js';
import type { Measurement } from './measurement.js';

/** Posts records in closed loops. */
export interface HttpJob extends HttpTarget {
  /** For a time, or for a number of POSTs. */
  readonly pace: Pace | { readonly clients: number; readonly records: number };
}

serveJobs<Measurement>((job: HttpJob) => {
  const connect = httpClients(job);
  return 'records' in job.pace
    ? countedLoop(job.pace, connect)
    : closedLoop(job.pace, connect, job.recordsPerPost);
});
