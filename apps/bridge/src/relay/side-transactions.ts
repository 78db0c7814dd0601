import type { KafkaError, TopicAdmin } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { Delivery, Outcome, Refusal } from './delivery.js';
import { outgoingRecord, type Outgoing } from './outgoing.js';
import { place } from './placement.js';
import type { Progress } from './progress.js';
import type { RefusalFacts, Refusals } from './refusals.js';
import { clusterBackoff } from './retry-policy.js';
import type { SideVerdicts } from './side-verdicts.js';
import type { Transactions, WholeTransaction } from './transactions.js';

export interface SideTransactionPorts {
  readonly transactions: Transactions;
  readonly delivery: Delivery;
  readonly refusals: Refusals;
  readonly verdicts: SideVerdicts;
  readonly blocks: Blocks;
  readonly topics: TopicAdmin;
  readonly clock: Clock;
  readonly progress: Progress;
}

/** A transaction with the places of its records, or why they cannot go. */
type Placed =
  | { readonly batch: readonly Outgoing[] }
  | { readonly error: KafkaError; readonly guilty: OutboxRecord };

/** Sends whole transactions: what Kafka refuses of one of its records, it refuses of all. */
export class SideTransactions {
  constructor(
    private readonly ports: SideTransactionPorts,
    private readonly maxBytes: number,
  ) {}

  /** Sends what is ready; false when nothing is. */
  async send(stop: AbortSignal): Promise<boolean> {
    const { transactions } = this.ports;
    const whole = await transactions.next(this.maxBytes);
    if (whole.length === 0) return false;
    try {
      await this.sendAll(whole, stop);
    } catch (failure) {
      // When the database fails, it may have done all the same what it did not confirm.
      transactions.keep(whole);
      throw failure;
    }
    return true;
  }

  private async sendAll(whole: readonly WholeTransaction[], stop: AbortSignal): Promise<void> {
    const { delivery, progress } = this.ports;
    if (!(await delivery.ready(stop))) return;
    progress.enter('delivering');
    const batch: Outgoing[] = [];
    const going: WholeTransaction[] = [];
    for (const one of whole) {
      const placed = await this.place(one);
      if ('error' in placed) {
        await this.refuse(one, placed.error, { guilty: new Set([placed.guilty.id]), batch: null });
        continue;
      }
      going.push(one);
      batch.push(...placed.batch);
    }
    if (batch.length > 0)
      await this.act(await delivery.deliver('records', batch, stop), going, batch);
  }

  private async place({ rows }: WholeTransaction): Promise<Placed> {
    const { topics, clock } = this.ports;
    const batch: Outgoing[] = [];
    for (const row of rows) {
      const placement = await place(row, topics, clock);
      if ('error' in placement) return { error: placement.error, guilty: row };
      batch.push(outgoingRecord(row, placement.partition));
    }
    return { batch };
  }

  private async act(
    outcome: Outcome,
    whole: readonly WholeTransaction[],
    batch: readonly Outgoing[],
  ): Promise<void> {
    const { transactions, verdicts, progress } = this.ports;
    switch (outcome.kind) {
      case 'delivered':
        this.delivered(whole, batch);
        return;
      case 'stopped':
        return;
      case 'failed':
        verdicts.forgetTopics();
        progress.enter('waiting', outcome.error.code);
        transactions.wait(whole);
        return;
      case 'refused':
        await this.refused(whole, outcome.refusals);
        return;
      default: {
        const unknown: never = outcome;
        throw new Error(`no such outcome: ${JSON.stringify(unknown)}`);
      }
    }
  }

  private delivered(whole: readonly WholeTransaction[], batch: readonly Outgoing[]): void {
    const { transactions, verdicts, blocks } = this.ports;
    for (const { id, rows } of whole) {
      transactions.forget(id);
      for (const row of rows) blocks.release(row);
    }
    for (const { topic, partition } of batch) {
      verdicts.meet(topic);
      blocks.lift(topic, partition);
    }
  }

  private async refused(
    whole: readonly WholeTransaction[],
    refusals: readonly Refusal[],
  ): Promise<void> {
    const { transactions, verdicts } = this.ports;
    const topics = new Set(whole.flatMap(({ rows }) => rows.map(({ topic }) => topic)));
    const ambiguous = verdicts.hasMetOthers(topics);
    verdicts.forgetTopics();
    const [refusal] = refusals.filter(({ error }) => isOwnFault(error));
    if (refusal === undefined) {
      for (const one of refusals) this.quarantine(one);
      transactions.wait(whole);
      return;
    }
    const [only] = whole;
    if (whole.length > 1 || only === undefined) return transactions.separate(whole);
    const { error, batch } = refusal;
    // The next try has a producer that has met no other topic.
    if (error.scope === 'topic' && ambiguous) return transactions.separate(whole);
    const isTrue = error.scope === 'record' || (await verdicts.confirmed(refusal.topic, error));
    if (!isTrue) return transactions.wait(whole);
    const guilty = new Set(refusal.rows.map(({ id }) => id));
    await this.refuse(only, error, { guilty, batch });
  }

  /** The cluster's trouble counts no attempt; anything else is the fate of all its records. */
  private async refuse(
    whole: WholeTransaction,
    error: KafkaError,
    about: RefusalFacts,
  ): Promise<void> {
    const { transactions, refusals, progress } = this.ports;
    if (!isOwnFault(error)) {
      progress.enter('waiting', error.code);
      return transactions.wait([whole]);
    }
    transactions.forget(whole.id);
    await refusals.judge(whole.rows, error, about);
  }

  private quarantine({ topic, partition, error }: Refusal): void {
    const { blocks, clock } = this.ports;
    const pause = clusterBackoff(0, clock.random());
    blocks.quarantine(topic, partition, error.code, clock.now(), pause);
  }
}

/** Whether the error says something of the record or its topic, and not of the cluster. */
function isOwnFault({ scope }: KafkaError): boolean {
  return scope === 'record' || scope === 'topic';
}
