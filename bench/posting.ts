import { drained } from '../test/support/bridge-api.js';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import type { HttpJob } from './http-load.js';
import { VALUE_BYTES } from './invoice.js';
import { TOPIC } from './stack.js';

/** What the bridge holds after a cell of accepted records must be gone before the next cell begins. */
const DRAINED_WITHIN_MS = 180_000;

type Ports = HttpJob['ports'];

/** Posts that are answered when Kafka has committed (200). A 201 after this wait counts as unexpected. */
export function delivering(ports: Ports, pace: HttpJob['pace'], recordsPerPost = 1): HttpJob {
  const paths = [`/topics/${TOPIC}`];
  return {
    ports,
    paths,
    authorization: null,
    key: null,
    prefer: 'wait=30',
    expectedStatus: 200,
    recordsPerPost,
    valueBytes: VALUE_BYTES,
    contents: 'alike',
    pace,
  };
}

/** Posts that are answered as soon as the record is durable in the outbox (202). */
export function accepting(ports: Ports, pace: HttpJob['pace'], recordsPerPost = 1): HttpJob {
  return {
    ...delivering(ports, pace, recordsPerPost),
    prefer: 'respond-async',
    expectedStatus: 202,
  };
}

/** Posts that Fastify alone answers with their own body (200). */
export function echoing(port: number, pace: HttpJob['pace']): HttpJob {
  return { ...delivering([port], pace), prefer: 'respond-async' };
}

export async function waitUntilDrained(bridge: BridgeProcess): Promise<void> {
  await drained(bridge.url, DRAINED_WITHIN_MS);
}
