import * as fc from 'fast-check';
import { startBridge, type RunningBridge } from '../http/running-bridge.js';
import { FuzzConnection } from './fuzz-connection.js';
import { faultOf, storedBy } from './judge.js';
import { fuzzRequest } from './requests.js';

const RUNS = 3_000;
const SEED = 20_261_124;
const NONE: ReadonlySet<string> = new Set();

let bridge: RunningBridge;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0', QUEUE_MAX_ROWS: '1000000000' });
  bridge.topics.partitions.set('orders', 3);
});

afterAll(() => bridge.stop());

test(`${RUNS} requests at random are answered as documented, and only what was told is stored`, async () => {
  const connection = new FuzzConnection(bridge.port);
  let told = 0;
  let untold = 0;
  const property = fc.asyncProperty(fuzzRequest, async (request) => {
    const answers = await connection.send(request);
    const stored = answers.reduce((sum, answer) => sum + storedBy(answer), 0);
    told += stored;
    // The end of the stream that follows an unfinished request may be faster than its answer.
    if (!request.whole && answers.length === 0) untold++;
    expect(faultOf(request, answers, NONE)).toBeNull();
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  connection.close();
  const { received } = bridge.store.stats().totals;
  expect(told).toBeGreaterThan(RUNS / 50);
  expect(received).toBeGreaterThanOrEqual(told);
  expect(received).toBeLessThanOrEqual(told + 4 * untold);
  expect((await fetch(`${bridge.url}/health/ready`)).status).toBe(200);
});
