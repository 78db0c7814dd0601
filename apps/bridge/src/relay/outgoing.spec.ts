import { NO_TENANT, type OutboxRecord } from '@bridge/outbox';
import { outgoingRecord } from './outgoing.js';

const row = (partition: number | null): OutboxRecord => ({
  id: 1,
  messageId: 'm1',
  tenant: NO_TENANT,
  topic: 'nf',
  key: null,
  value: Buffer.from('x'),
  headers: [],
  timestamp: 0,
  delivery: 'exactly-once',
  lane: 0,
  requestedPartition: null,
  transaction: null,
  partition,
  status: 'pending',
  attempts: 0,
  lastErrorCode: null,
  replays: 0,
});

test('only a row that has its partition already need not be written again', () => {
  const placed = [2, null, 1].map((stored) => outgoingRecord(row(stored), 2).isPlaced);
  expect(placed).toEqual([true, false, false]);
});
