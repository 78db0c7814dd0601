import { limitsInUse } from './limits-in-use.js';

const LIMITS = { queueMaxRows: 100, queueMaxBytes: 1_000, minFreeDisk: { percent: 10 } };
const STATS = {
  rows: { pending: 30, failed: 20, sent: 7, dlq: 3 },
  openBytes: 250,
  totals: { received: 0, sent: 0, failed: 0, retries: 0, buried: 0, replayed: 0, discarded: 0 },
};

test('what waits counts for the queue, and a disk is full where new records are refused', () => {
  const disk = { freeBytes: 100, totalBytes: 1_000 };
  expect(limitsInUse(LIMITS, STATS, disk, { limit: 64, used: 16 })).toEqual([
    { limit: 'queue_records', max: 100, used: 50 },
    { limit: 'queue_bytes', max: 1_000, used: 250 },
    { limit: 'disk', max: 900, used: 900 },
    { limit: 'request_bodies', max: 64, used: 16 },
  ]);
});

test('a limit that nobody can see is left out', () => {
  const names = limitsInUse(LIMITS, STATS, null, null).map(({ limit }) => limit);
  expect(names).toEqual(['queue_records', 'queue_bytes']);
});
