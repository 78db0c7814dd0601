import { compareLedger } from './ledger-verdict.js';

const DAY = 24 * 3_600_000;
const NOW = 1_800_000_000_000;
const open = (number: number) => ({
  number,
  kind: 'records' as const,
  entries: [],
  appended: null,
});
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
    expect(compareLedger(state(7, null), 7, NOW)).toEqual({ found: 'clean' });
  });

  it('finds the open batch committed when the ledger holds its number', () => {
    expect(compareLedger(state(7, 8), 8, NOW)).toEqual({ found: 'committed', batch: 8 });
  });

  it('finds the open batch not committed when the ledger holds the one before', () => {
    expect(compareLedger(state(7, 8), 7, NOW)).toEqual({ found: 'not-committed', batch: 8 });
  });

  it('knows the very first batch not committed in an empty ledger', () => {
    expect(compareLedger(state(0, 1, null), null, NOW)).toEqual({
      found: 'not-committed',
      batch: 1,
    });
  });

  it('allows for batches that were abandoned since the last commit', () => {
    expect(compareLedger(state(7, 11), 7, NOW)).toEqual({ found: 'not-committed', batch: 11 });
  });

  it.each([
    ['a restored database', state(7, null), 9],
    ['a restored database with an open batch', state(7, 8), 9],
    ['a number between the last and the open batch', state(7, 11), 9],
    ['a new database under an old name', state(0, null, null), 3],
  ])('stops for %s', (_, restored, ledger) => {
    expect(compareLedger(restored, ledger, NOW)).toEqual({ found: 'stop', code: 'LEDGER_AHEAD' });
  });

  it.each([
    ['a rebuilt cluster', state(7, null), null],
    ['a rebuilt cluster with an open batch', state(7, 8, NOW - 30 * DAY), null],
    ['a ledger that fell back', state(7, null, NOW - 30 * DAY), 5],
  ])('stops for %s', (_, before, ledger) => {
    expect(compareLedger(before, ledger, NOW)).toEqual({ found: 'stop', code: 'KAFKA_WENT_BACK' });
  });

  it('takes a missing number for expired only when it was idle for as long as Kafka keeps it', () => {
    expect(compareLedger(state(7, null, NOW - 8 * DAY), null, NOW)).toEqual({ found: 'expired' });
    expect(compareLedger(state(7, null, NOW - 6 * DAY), null, NOW)).toMatchObject({
      found: 'stop',
    });
  });
});
