import type { AppendedOffsets, BatchKind } from './outbox.store.js';
import type { Acknowledgement } from './record.js';

/** A change of the relay as data, for a database that makes it a part of one statement with the rest of its commit. */
export type RelayStep =
  | { readonly kind: 'settle'; readonly acknowledgements: readonly Acknowledgement[] }
  | {
      readonly kind: 'open';
      readonly pipeline: string;
      readonly batchKind: BatchKind;
      /** As the table `pipeline` has it. */
      readonly openBatch: string;
    }
  | {
      readonly kind: 'note';
      readonly pipeline: string;
      readonly batchNumber: number;
      readonly appended: readonly AppendedOffsets[];
    }
  | {
      readonly kind: 'close';
      readonly pipeline: string;
      readonly batchNumber: number;
      readonly acknowledgements: readonly Acknowledgement[];
    };

/** What a commit of one statement came to. */
export interface CommittedAtOnce {
  /** Every counter by its name in the table, after the commit. */
  readonly counters: Readonly<Record<string, number>>;
  /** Of every pipeline the number of its last batch. */
  readonly batchNumbers: Readonly<Record<string, number>>;
}

/** A step, and what its caller is told when it was done. */
export interface StepAtOnce<T> {
  readonly step: RelayStep;
  readonly result: (committed: CommittedAtOnce) => T;
}
