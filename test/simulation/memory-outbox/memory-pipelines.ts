import type {
  Acknowledgement,
  AppendedOffsets,
  BatchEntry,
  BatchKind,
  OpenBatch,
  PipelineState,
} from '@bridge/outbox';

interface Pipeline {
  batchNumber: number;
  committedNumber: number;
  ledgerAt: number | null;
  openedAt: number;
  openBatch: OpenBatch | null;
}

/** A batch that was closed, with what follows from it. */
export interface ClosedBatch {
  readonly kind: BatchKind;
  readonly openedAt: number;
  readonly acknowledgements: readonly Acknowledgement[];
}

/** The table `pipeline`. */
export class MemoryPipelines {
  private readonly pipelines = new Map<string, Pipeline>();

  all(): PipelineState[] {
    const names = [...this.pipelines.keys()].toSorted();
    return names.flatMap((name) => this.state(name) ?? []);
  }

  state(name: string): PipelineState | null {
    const known = this.pipelines.get(name);
    if (known === undefined) return null;
    const { batchNumber, committedNumber, openBatch, ledgerAt } = known;
    return { name, batchNumber, committedNumber, openBatch, ledgerAt };
  }

  make(name: string): Pipeline {
    const known = this.pipelines.get(name) ?? {
      batchNumber: 0,
      committedNumber: 0,
      ledgerAt: null,
      openedAt: 0,
      openBatch: null,
    };
    this.pipelines.set(name, known);
    return known;
  }

  open(
    name: string,
    kind: BatchKind,
    entries: readonly BatchEntry[],
    token: string,
    now: number,
  ): number {
    const pipeline = this.make(name);
    if (pipeline.openBatch !== null) {
      throw new Error(`Pipeline ${name} has an open batch already.`);
    }
    const number = ++pipeline.batchNumber;
    pipeline.openBatch = { number, token, kind, entries, appended: null };
    pipeline.openedAt = now;
    return number;
  }

  noteOffsets(name: string, number: number, appended: readonly AppendedOffsets[]): void {
    const [pipeline, batch] = this.opened(name, number);
    pipeline.openBatch = { ...batch, appended };
  }

  close(name: string, number: number, now: number): ClosedBatch {
    const [pipeline, batch] = this.opened(name, number);
    const acknowledgements = acknowledge(batch);
    pipeline.openBatch = null;
    pipeline.committedNumber = number;
    pipeline.ledgerAt = now;
    return { kind: batch.kind, openedAt: pipeline.openedAt, acknowledgements };
  }

  abandon(name: string, number: number): OpenBatch {
    const [pipeline, batch] = this.opened(name, number);
    pipeline.openBatch = null;
    return batch;
  }

  private opened(name: string, number: number): [Pipeline, OpenBatch] {
    const pipeline = this.pipelines.get(name);
    const batch = pipeline?.openBatch ?? null;
    if (pipeline === undefined || batch === null || batch.number !== number) {
      throw new Error(`Batch ${number} of pipeline ${name} is not open.`);
    }
    return [pipeline, batch];
  }
}

function acknowledge({ number, entries, appended }: OpenBatch): Acknowledgement[] {
  const places = new Map<string, string[]>();
  for (const { topic, partition, offsets } of appended ?? []) {
    places.set(`${partition} ${topic}`, [...offsets]);
  }
  return entries.map(({ id, topic, partition }) => {
    const offset = places.get(`${partition} ${topic}`)?.shift();
    if (offset === undefined) throw new Error(`Batch ${number} has no offset for record ${id}.`);
    return { id, partition, offset };
  });
}
