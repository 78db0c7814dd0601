import type { ReconcileChange, ReconcileCounts } from '@bridge/outbox';
import type { Findings } from './findings.js';
import type { Compared } from './ledger-words.js';
import type { Missing } from './missing.js';
import type { Searched } from './topic-search.js';

export interface ReconcileOptions {
  readonly apply: boolean;
  readonly resendMissing: boolean;
  /** Topics that are looked through although the outbox does not know them. */
  readonly topics: readonly string[];
}

/** Everything that was found out, and what follows from it. */
export interface Reconciled {
  readonly compared: readonly Compared[];
  readonly searched: readonly Searched[];
  readonly findings: Findings;
  readonly missing: Missing;
  readonly change: ReconcileChange;
  /** Null in a dry run. */
  readonly done: ReconcileCounts | null;
}
