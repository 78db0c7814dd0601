import { ProducerStates } from './producer-states.js';
import type { ProducerIdentity, TopicPartitionName } from './protocol.js';
import { nameOf } from './protocol.js';

export interface GroupOffset {
  readonly offset: string;
  readonly metadata: string;
}

/** How many commits the past goes back. */
const REMEMBERED = 3;

type Offsets = ReadonlyMap<string, GroupOffset>;

/** One group's offsets: committed ones, and those of transactions that have not ended. */
export class GroupOffsets {
  readonly producers = new ProducerStates();
  private readonly pending = new Map<number, Map<string, GroupOffset>>();
  private committed: Offsets = new Map();
  /** The offsets before the last commits. */
  private readonly past: Offsets[] = [];
  /** What a coordinator that has just started answers from until its followers have confirmed the rest. */
  private shown: Offsets | null = null;

  stage(producer: ProducerIdentity, at: TopicPartitionName, value: GroupOffset): void {
    this.producers.checkEpoch(producer);
    const own = this.pending.get(producer.id) ?? new Map<string, GroupOffset>();
    own.set(nameOf(at), value);
    this.pending.set(producer.id, own);
  }

  end(producer: ProducerIdentity, committed: boolean): void {
    const own = this.pending.get(producer.id);
    this.pending.delete(producer.id);
    this.producers.raise(producer);
    if (!committed || own === undefined) return;
    this.past.push(this.committed);
    if (this.past.length > REMEMBERED) this.past.shift();
    this.committed = new Map([...this.committed, ...own]);
  }

  read(at: TopicPartitionName): GroupOffset | null {
    return (this.shown ?? this.committed).get(nameOf(at)) ?? null;
  }

  /** From now until `confirmed` the coordinator answers as it stood some commits ago. */
  answerFromThePast(): void {
    this.shown = this.past[0] ?? null;
  }

  confirmed(): void {
    this.shown = null;
  }

  /** Offsets that nobody has committed for too long are gone. */
  expire(): void {
    this.committed = new Map();
  }
}
