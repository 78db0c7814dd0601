import { httpClients, type HttpTarget } from './http-client.js';
import { serveJobs } from './job-server.js';
import { openLoop, type OpenMeasurement, type OpenPace } from './open-loop.js';

/** Posts records at a rate of its own. */
export interface OpenJob {
  readonly target: HttpTarget;
  readonly pace: OpenPace;
}

serveJobs<OpenMeasurement>(({ target, pace }: OpenJob) => openLoop(pace, httpClients(target)));
