import type { Scheduler } from '../world/scheduler.js';
import { ProtocolRefusal, REFUSED, type ProducerIdentity } from './protocol.js';

/** A partition (or a group's offsets) that takes part in a transaction. */
export interface Participant {
  readonly name: string;
  /** Writes the marker. False: it cannot be written now. */
  end(producer: ProducerIdentity, committed: boolean): boolean;
}

type State =
  'empty' | 'ongoing' | 'prepare-commit' | 'prepare-abort' | 'complete-commit' | 'complete-abort';

interface Transactional {
  readonly name: string;
  readonly timeoutMs: number;
  producer: ProducerIdentity;
  state: State;
  participants: Map<string, Participant>;
  /** Counts the transactions, so that a timer knows whether it still means the one that it was set for. */
  turn: number;
}

const MARKER_RETRY_MS = 500;
/** How often Kafka looks for transactions that are open for too long. */
const TIMEOUT_LOOK_MS = 10_000;

/** Kafka's transaction coordinator as clients before transaction.version 2 meet it. */
export class TransactionCoordinator {
  private readonly known = new Map<string, Transactional>();
  private nextProducerId = 1_000;

  constructor(
    private readonly scheduler: Scheduler,
    private readonly seen: (what: string) => void,
  ) {}

  /** @throws ProtocolRefusal `concurrentTransactions` while a transaction ends; the first such call aborts it. */
  initProducerId(name: string, timeoutMs: number): ProducerIdentity {
    const one = this.known.get(name);
    if (one === undefined) return this.introduce(name, timeoutMs);
    switch (one.state) {
      case 'prepare-commit':
      case 'prepare-abort':
        throw new ProtocolRefusal(REFUSED.concurrentTransactions);
      case 'ongoing':
        this.seen('a fence aborted an open transaction');
        this.fenceAndAbort(one);
        throw new ProtocolRefusal(REFUSED.concurrentTransactions);
      case 'empty':
      case 'complete-abort':
      case 'complete-commit':
        one.producer = { id: one.producer.id, epoch: one.producer.epoch + 1 };
        one.state = 'empty';
        return one.producer;
      default:
        return one.state satisfies never;
    }
  }

  add(name: string, producer: ProducerIdentity, participant: Participant): void {
    const one = this.owned(name, producer);
    this.refuseWhileEnding(one);
    if (one.state !== 'ongoing') {
      one.state = 'ongoing';
      one.turn++;
      this.watch(one);
    }
    one.participants.set(participant.name, participant);
  }

  /** Resolved decision; the markers, and with them what consumers see, follow later. */
  end(name: string, producer: ProducerIdentity, commit: boolean): void {
    const one = this.owned(name, producer);
    const done = commit ? 'complete-commit' : 'complete-abort';
    const preparing = commit ? 'prepare-commit' : 'prepare-abort';
    if (one.state === 'ongoing') {
      this.prepare(one, commit);
      return;
    }
    if (one.state === preparing) throw new ProtocolRefusal(REFUSED.concurrentTransactions);
    if (one.state !== done) throw new ProtocolRefusal(REFUSED.invalidTransactionState);
  }

  /** Whether the producer's open transaction holds this participant. */
  holds(name: string, producer: ProducerIdentity, participant: string): boolean {
    const one = this.owned(name, producer);
    return one.state === 'ongoing' && one.participants.has(participant);
  }

  /** Transactions that have not ended, markers included. */
  get open(): number {
    return [...this.known.values()].filter(({ participants }) => participants.size > 0).length;
  }

  private introduce(name: string, timeoutMs: number): ProducerIdentity {
    const producer = { id: this.nextProducerId++, epoch: 0 };
    const participants = new Map<string, Participant>();
    this.known.set(name, { name, timeoutMs, producer, state: 'empty', participants, turn: 0 });
    return producer;
  }

  private owned(name: string, producer: ProducerIdentity): Transactional {
    const one = this.known.get(name);
    if (one === undefined || one.producer.id !== producer.id) {
      throw new ProtocolRefusal(REFUSED.invalidProducerIdMapping);
    }
    if (one.producer.epoch !== producer.epoch) {
      this.seen('a fenced producer was refused');
      throw new ProtocolRefusal(REFUSED.invalidProducerEpoch);
    }
    return one;
  }

  private refuseWhileEnding({ state }: Transactional): void {
    if (state === 'prepare-commit' || state === 'prepare-abort') {
      throw new ProtocolRefusal(REFUSED.concurrentTransactions);
    }
  }

  private fenceAndAbort(one: Transactional): void {
    one.producer = { id: one.producer.id, epoch: one.producer.epoch + 1 };
    this.prepare(one, false);
  }

  private prepare(one: Transactional, commit: boolean): void {
    one.state = commit ? 'prepare-commit' : 'prepare-abort';
    one.turn++;
    for (const participant of one.participants.values()) this.mark(one, participant, commit);
  }

  private mark(one: Transactional, participant: Participant, commit: boolean): void {
    const { producer } = one;
    const { random } = this.scheduler;
    const write = (): void => {
      if (participant.end(producer, commit)) {
        one.participants.delete(participant.name);
        if (one.participants.size === 0) one.state = commit ? 'complete-commit' : 'complete-abort';
        return;
      }
      this.scheduler.after(MARKER_RETRY_MS, `marker again ${participant.name}`, write);
    };
    const wait = random.chance(0.01) ? random.span(5, 1_500) : random.span(0.2, 4);
    this.scheduler.after(wait, `marker ${participant.name}`, write);
  }

  private watch(one: Transactional): void {
    const { turn } = one;
    const wait = one.timeoutMs + this.scheduler.random.span(0, TIMEOUT_LOOK_MS);
    this.scheduler.after(wait, `timeout look ${one.name}`, () => {
      if (one.state !== 'ongoing' || one.turn !== turn) return;
      this.seen('a transaction timed out');
      this.fenceAndAbort(one);
    });
  }
}
