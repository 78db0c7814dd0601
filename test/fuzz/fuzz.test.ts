import * as fc from 'fast-check';
import { startBridge, type RunningBridge } from '../http/running-bridge.js';
import { FuzzConnection } from './fuzz-connection.js';
import { faultOf, storedBy } from './judge.js';
import { fuzzRequest, MOST_RECORDS } from './requests.js';

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
  const told = { least: 0, most: 0 };
  const property = fc.asyncProperty(fuzzRequest, async (request) => {
    const answers = await connection.send(request);
    for (const answer of answers) {
      const { least, most } = storedBy(request, answer);
      told.least += least;
      told.most += most;
    }
    // The end of the stream that follows an unfinished request may be faster than its answer.
    if (!request.whole && answers.length === 0) told.most += MOST_RECORDS;
    expect(faultOf(request, answers, NONE)).toBeNull();
  });
  await fc.assert(property, { numRuns: RUNS, seed: SEED });
  connection.close();
  const { received } = bridge.store.stats().totals;
  expect(told.least).toBeGreaterThan(RUNS / 50);
  expect(received).toBeGreaterThanOrEqual(told.least);
  expect(received).toBeLessThanOrEqual(told.most);
  expect((await fetch(`${bridge.url}/health/ready`)).status).toBe(200);
});
