import type { AppendedOffsets } from '@bridge/outbox';
import { compareLedger } from './ledger-verdict.js';

const DAY = 24 * 3_600_000;
const NOW = 1_800_000_000_000;
const open = (number: number, appended: readonly AppendedOffsets[] | null = []) => ({
  number,
  token: 'mine',
  kind: 'records' as const,
  entries: [],
  appended,
});
const ledger = (number: number, token = 'mine') => ({ number, token });
const state = (committedNumber: number, batch: number | null, ledgerAt: number | null = NOW) => ({
  committedNumber,
  openBatch: batch === null ? null : open(batch),
  ledgerAt,
});

describe('compareLedger', () => {
  it('finds a new pipeline clean', () => {
    expect(compareLedger(state(0, null, null), null, NOW)).toEqual({ found: 'clean' });
  });

  it('finds a pipeline clean whose last batch is in the ledger', () => {
    expect(compareLedger(state(7, null), ledger(7), NOW)).toEqual({ found: 'clean' });
  });

  it('finds the open batch committed when the ledger holds its number', () => {
    expect(compareLedger(state(7, 8), ledger(8), NOW)).toEqual({ found: 'committed', batch: 8 });
  });

  it('finds the open batch not committed when the ledger holds the one before', () => {
    expect(compareLedger(state(7, 8), ledger(7), NOW)).toEqual({
      found: 'not-committed',
      batch: 8,
    });
  });

  it('knows the very first batch not committed in an empty ledger', () => {
    expect(compareLedger(state(0, 1, null), null, NOW)).toEqual({
      found: 'not-committed',
      batch: 1,
    });
  });

  it('allows for batches that were abandoned since the last commit', () => {
    expect(compareLedger(state(7, 11), ledger(7), NOW)).toEqual({
      found: 'not-committed',
      batch: 11,
    });
  });

  it.each([
    ['a restored database', state(7, null), 9],
    ['a restored database with an open batch', state(7, 8), 9],
    ['a number between the last and the open batch', state(7, 11), 9],
    ['a new database under an old name', state(0, null, null), 3],
  ])('stops for %s', (_, restored, number) => {
    expect(compareLedger(restored, ledger(number), NOW)).toEqual({
      found: 'stop',
      code: 'LEDGER_AHEAD',
    });
  });

  it.each([
    ['a rebuilt cluster', state(7, null), null],
    ['a rebuilt cluster with an open batch', state(7, 8, NOW - 30 * DAY), null],
    ['a ledger that fell back', state(7, null, NOW - 30 * DAY), 5],
  ])('stops for %s', (_, before, number) => {
    const held = number === null ? null : ledger(number);
    expect(compareLedger(before, held, NOW)).toEqual({ found: 'stop', code: 'KAFKA_WENT_BACK' });
  });

  it('takes a missing number for expired only when it was idle for as long as Kafka keeps it', () => {
    expect(compareLedger(state(7, null, NOW - 8 * DAY), null, NOW)).toEqual({ found: 'expired' });
    expect(compareLedger(state(7, null, NOW - 6 * DAY), null, NOW)).toMatchObject({
      found: 'stop',
    });
  });

  it('does not take the batch of a bridge on a copy of the database for its own', () => {
    expect(compareLedger(state(7, 8), ledger(8, 'theirs'), NOW)).toEqual({
      found: 'stop',
      code: 'LEDGER_AHEAD',
    });
  });

  it('stops when a batch was committed that this database, put back in time, knows no offsets of', () => {
    const restored = { committedNumber: 7, openBatch: open(8, null), ledgerAt: NOW };
    expect(compareLedger(restored, ledger(8), NOW)).toEqual({
      found: 'stop',
      code: 'LEDGER_AHEAD',
    });
  });
});
