import type { ProducerRecord } from '@bridge/kafka';
import { ProducerStates } from './producer-states.js';
import type { ProducerIdentity } from './protocol.js';

export interface LogRecord {
  readonly offset: number;
  readonly record: ProducerRecord;
}

interface Entry {
  /** null: a control marker. */
  readonly record: ProducerRecord | null;
  readonly producerId: number;
  state: 'plain' | 'open' | 'committed' | 'aborted';
}

export interface SequencedProducer extends ProducerIdentity {
  readonly firstSequence: number;
}

/** One partition's log: records and markers, and what of it a read_committed consumer gets. */
export class PartitionLog {
  readonly producers = new ProducerStates();
  private readonly entries: Entry[] = [];
  private readonly openSince = new Map<number, number>();

  /** @returns the base offset. @throws ProtocolRefusal as `ProducerStates.admit`. */
  append(records: readonly ProducerRecord[], producer: SequencedProducer | null): number {
    const baseOffset = this.entries.length;
    if (producer !== null) {
      const again = this.producers.admit(producer, producer.firstSequence, records.length);
      if (again !== null) return again;
      this.producers.written(producer, producer.firstSequence, records.length, baseOffset);
      if (!this.openSince.has(producer.id)) this.openSince.set(producer.id, baseOffset);
    }
    const state = producer === null ? 'plain' : 'open';
    for (const record of records) {
      this.entries.push({ record, producerId: producer?.id ?? -1, state });
    }
    return baseOffset;
  }

  hasOpen(producerId: number): boolean {
    return this.openSince.has(producerId);
  }

  /** Writes the marker that ends the producer's transaction here. */
  endTransaction(producer: ProducerIdentity, committed: boolean): void {
    const from = this.openSince.get(producer.id) ?? this.entries.length;
    for (const entry of this.entries.slice(from)) {
      if (entry.producerId === producer.id && entry.state === 'open') {
        entry.state = committed ? 'committed' : 'aborted';
      }
    }
    this.openSince.delete(producer.id);
    this.producers.raise(producer);
    this.entries.push({ record: null, producerId: producer.id, state: 'plain' });
  }

  get end(): number {
    return this.entries.length;
  }

  /** The last stable offset: a read_committed consumer gets nothing from here on. */
  get stableEnd(): number {
    return Math.min(this.entries.length, ...this.openSince.values());
  }

  committed(): LogRecord[] {
    return this.records(
      (entry, offset) =>
        offset < this.stableEnd && (entry.state === 'committed' || entry.state === 'plain'),
    );
  }

  uncommitted(): LogRecord[] {
    return this.records(() => true);
  }

  private records(wanted: (entry: Entry, offset: number) => boolean): LogRecord[] {
    return this.entries.flatMap((entry, offset) =>
      entry.record !== null && wanted(entry, offset) ? [{ offset, record: entry.record }] : [],
    );
  }
}
