import { acknowledge } from './batch.js';
import type { AppendedOffsets, BatchEntry, BatchKind, OpenBatch } from './outbox.store.js';
import { compactBatch } from './pipeline-row.js';
import type { Acknowledgement } from './record.js';
import type { StepAtOnce } from './relay-step.js';

/**
 * The relay's changes as steps. Remembers the batch that it opened last in each pipeline, so that closing it needs no
 * look at it; the statement itself makes sure that this batch is open still.
 */
export class RelaySteps {
  private readonly batches = new Map<string, OpenBatch>();

  constructor(private readonly incarnation: string) {}

  settle(acknowledgements: readonly Acknowledgement[]): StepAtOnce<void> {
    return { step: { kind: 'settle', acknowledgements }, result: () => {} };
  }

  openBatch(pipeline: string, kind: BatchKind, entries: readonly BatchEntry[]): StepAtOnce<number> {
    const token = this.incarnation;
    const openBatch = compactBatch(entries, token);
    return {
      step: { kind: 'open', pipeline, batchKind: kind, openBatch },
      result: ({ batchNumbers }) => {
        const number = batchNumbers[pipeline] ?? 0;
        this.batches.set(pipeline, { number, token, kind, entries, appended: null });
        return number;
      },
    };
  }

  noteOffsets(
    pipeline: string,
    batchNumber: number,
    appended: readonly AppendedOffsets[],
  ): StepAtOnce<void> {
    return {
      step: { kind: 'note', pipeline, batchNumber, appended },
      result: () => {
        const batch = this.batches.get(pipeline);
        if (batch?.number === batchNumber) this.batches.set(pipeline, { ...batch, appended });
      },
    };
  }

  /** @returns null when it takes a look at the batch: it is not known here, or has dead letters. */
  closeBatch(pipeline: string, batchNumber: number): StepAtOnce<readonly Acknowledgement[]> | null {
    const batch = this.batches.get(pipeline);
    if (batch?.number !== batchNumber || batch.appended === null) return null;
    if (batch.kind !== 'records') return null;
    const acknowledgements = acknowledge(batch);
    return {
      step: { kind: 'close', pipeline, batchNumber, acknowledgements },
      result: () => {
        this.batches.delete(pipeline);
        return acknowledgements;
      },
    };
  }
}
