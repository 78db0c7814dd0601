import { ProtocolRefusal, REFUSED, type ProducerIdentity } from './protocol.js';

interface BatchState {
  readonly first: number;
  readonly last: number;
  readonly baseOffset: number;
}

interface ProducerState {
  epoch: number;
  lastSequence: number;
  batches: BatchState[];
}

const REMEMBERED_BATCHES = 5;

/** What one partition remembers of each producer id: its epoch, and its last five batches. */
export class ProducerStates {
  private readonly states = new Map<number, ProducerState>();

  /** @throws ProtocolRefusal when a newer epoch of the same producer has been here. */
  checkEpoch({ id, epoch }: ProducerIdentity): void {
    const known = this.states.get(id);
    if (known !== undefined && epoch < known.epoch) {
      throw new ProtocolRefusal(REFUSED.invalidProducerEpoch);
    }
  }

  /**
   * The offset at which this very batch was written before, or null when it is the next one. A batch is known by
   * its epoch and its sequence numbers alone, never by its content.
   * @throws ProtocolRefusal of the epoch, or when a sequence number is missing in between.
   */
  admit(producer: ProducerIdentity, first: number, count: number): number | null {
    this.checkEpoch(producer);
    const known = this.states.get(producer.id);
    if (known === undefined) return null;
    if (producer.epoch > known.epoch) {
      if (first !== 0) throw new ProtocolRefusal(REFUSED.outOfOrderSequence);
      return null;
    }
    const last = first + count - 1;
    const same = known.batches.find((batch) => batch.first === first && batch.last === last);
    if (same !== undefined) return same.baseOffset;
    if (first !== known.lastSequence + 1) throw new ProtocolRefusal(REFUSED.outOfOrderSequence);
    return null;
  }

  written(producer: ProducerIdentity, first: number, count: number, baseOffset: number): void {
    const known = this.of(producer);
    const last = first + count - 1;
    known.lastSequence = last;
    known.batches = [...known.batches, { first, last, baseOffset }].slice(-REMEMBERED_BATCHES);
  }

  /** A marker of this epoch: older epochs are refused from now on. */
  raise(producer: ProducerIdentity): void {
    this.of(producer);
  }

  private of({ id, epoch }: ProducerIdentity): ProducerState {
    const known = this.states.get(id);
    if (known !== undefined && known.epoch >= epoch) return known;
    const fresh = { epoch, lastSequence: -1, batches: [] };
    this.states.set(id, fresh);
    return fresh;
  }
}
