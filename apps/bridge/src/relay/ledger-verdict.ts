import type { LedgerNumber } from '@bridge/kafka';
import type { PipelineState } from '@bridge/outbox';
import type { StopCode } from './relay-status.js';

/** What the ledger, read after the fence, says about a pipeline. */
export type LedgerVerdict =
  /** Nothing was open, and Kafka agrees. */
  | { readonly found: 'clean' }
  | { readonly found: 'committed'; readonly batch: number }
  | { readonly found: 'not-committed'; readonly batch: number }
  /** Kafka let the number of an idle pipeline expire: put it back, nothing is in doubt. */
  | { readonly found: 'expired' }
  | { readonly found: 'stop'; readonly code: StopCode };

/**
 * Kafka forgets group offsets after 7 days without a commit (offsets.retention.minutes). The heartbeat
 * commits daily, so a number can only expire while the bridge is off; half a day is left for clocks.
 */
const EXPIRY_MS = 6.5 * 24 * 3_600_000;

/**
 * Compares the database's view of a pipeline with the ledger's number (null: Kafka has none). Pure.
 * Whatever cannot be explained stops the relay: sending on would double or lose records.
 */
export function compareLedger(
  state: Pick<PipelineState, 'committedNumber' | 'openBatch' | 'ledgerAt'>,
  ledger: LedgerNumber | null,
  now: number,
): LedgerVerdict {
  const { committedNumber, openBatch } = state;
  const number = ledger?.number ?? null;
  // The same number with another token is the batch of a bridge on a copy of this database; without noted
  // offsets it was committed after this database was copied.
  const own =
    openBatch !== null && ledger?.token === openBatch.token && openBatch.appended !== null;
  if (own && number === openBatch.number) return { found: 'committed', batch: openBatch.number };
  if ((number ?? 0) > committedNumber) return { found: 'stop', code: 'LEDGER_AHEAD' };
  if (number === committedNumber || (number === null && committedNumber === 0)) {
    return openBatch === null
      ? { found: 'clean' }
      : { found: 'not-committed', batch: openBatch.number };
  }
  const mayHaveExpired =
    number === null &&
    openBatch === null &&
    state.ledgerAt !== null &&
    now - state.ledgerAt > EXPIRY_MS;
  return mayHaveExpired ? { found: 'expired' } : { found: 'stop', code: 'KAFKA_WENT_BACK' };
}
