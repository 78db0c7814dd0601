import type { LedgerVerdict } from '../relay/index.js';

/** What the database and the ledger say about one pipeline. */
export interface Compared {
  readonly name: string;
  readonly committed: number;
  readonly open: number | null;
  /** What Kafka holds; null is nothing. */
  readonly ledger: number | null;
  readonly verdict: LedgerVerdict;
}

/** One sentence: both numbers, and what follows from them. */
export function ledgerSentence({ name, committed, open, ledger, verdict }: Compared): string {
  const known = `the outbox knows batch ${committed} as committed`;
  const opened = open === null ? '' : `, batch ${open} is open`;
  const held = ledger === null ? 'Kafka holds no number' : `Kafka holds ${ledger}`;
  return `${name}: ${known}${opened}; ${held}. ${consequence(verdict)}`;
}

function consequence(verdict: LedgerVerdict): string {
  switch (verdict.found) {
    case 'clean':
      return 'They agree.';
    case 'committed':
      return `Batch ${verdict.batch} was committed: the bridge marks its records as sent and goes on.`;
    case 'not-committed':
      return `Batch ${verdict.batch} was not committed: the bridge sends its records again and goes on.`;
    case 'expired':
      return 'The number has expired while the bridge was off: the bridge puts it back and goes on.';
    case 'stop':
      return verdict.code === 'LEDGER_AHEAD'
        ? 'LEDGER_AHEAD: the outbox is older than Kafka. The bridge accepts records and sends nothing.'
        : 'KAFKA_WENT_BACK: Kafka has lost what the outbox knows. The bridge accepts records and sends nothing.';
    default: {
      const unknown: never = verdict;
      return unknown;
    }
  }
}

export const RECONCILE_NEXT = 'Stop the bridge, then run: npm run outbox -- reconcile';
