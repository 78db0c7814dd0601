import type { KafkaError, TopicAdmin } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { Refusal } from './delivery.js';
import type { Isolated } from './isolated.js';
import type { Refusals } from './refusals.js';
import { clusterBackoff } from './retry-policy.js';
import type { SideChoice } from './side-choice.js';
import { withEarlier } from './suspects.js';

const LOOKUP_MS = 2_000;

/** What follows from the outcome of a side batch, whose records are all of one topic. */
export class SideVerdicts {
  /** Topics that the current producer has met: the client mixes up their errors when it asks for metadata. */
  private readonly met = new Set<string>();

  constructor(
    private readonly blocks: Blocks,
    private readonly isolated: Isolated,
    private readonly refusals: Refusals,
    private readonly choice: SideChoice,
    private readonly topics: TopicAdmin,
    private readonly clock: Clock,
  ) {}

  /** The producer has delivered to this topic. */
  meet(topic: string): void {
    this.met.add(topic);
  }

  /** Whether the producer has met topics beside these, whose errors it may mix up with theirs. */
  hasMetOthers(topics: ReadonlySet<string>): boolean {
    return [...this.met].some((topic) => !topics.has(topic));
  }

  /** The producer was thrown away. */
  forgetTopics(): void {
    this.met.clear();
  }

  delivered(rows: readonly OutboxRecord[]): void {
    this.isolated.forget(rows.map(({ id }) => id));
    for (const row of rows) {
      this.choice.apart.delete(row.id);
      this.blocks.release(row);
    }
  }

  async refused(
    rows: readonly OutboxRecord[],
    refusals: readonly Refusal[],
    delivered: ReadonlySet<number>,
  ): Promise<void> {
    this.delivered(rows.filter(({ id }) => delivered.has(id)));
    const ambiguous = this.hasMetOthers(new Set(rows.map(({ topic }) => topic)));
    this.met.clear();
    let left = rows.filter(({ id }) => !delivered.has(id));
    for (const refusal of refusals) {
      const ids = new Set(refusal.rows.map(({ id }) => id));
      const held = left.filter(({ id }) => ids.has(id));
      const suspects = withEarlier(held, left);
      await this.handle(refusal, held, suspects, ambiguous);
      left = left.filter((row) => !suspects.includes(row));
    }
  }

  async judge(
    rows: readonly OutboxRecord[],
    error: KafkaError,
    batch: number | null,
  ): Promise<void> {
    this.isolated.forget(rows.map(({ id }) => id));
    await this.refusals.judge(rows, error, { batch });
    for (const { id } of rows) this.choice.apart.delete(id);
  }

  /** @param suspects those that were held, and what comes before them in the batch and is not sent either */
  private async handle(
    { topic, partition, error, batch }: Refusal,
    held: readonly OutboxRecord[],
    suspects: readonly OutboxRecord[],
    ambiguous: boolean,
  ): Promise<void> {
    switch (error.scope) {
      case 'record':
        if (held.length === 1) await this.judge(held, error, batch);
        else this.separate(suspects);
        return;
      case 'topic':
        // The next try has a producer that has met no other topic.
        if (ambiguous) return;
        if (await this.confirmed(topic, error)) await this.judge(suspects, error, batch);
        else this.setAside(topic, partition, held, error);
        return;
      case 'partition':
      case 'cluster':
        this.setAside(topic, partition, held, error);
        return;
      default: {
        const unknown: never = error.scope;
        throw new Error(`no such scope: ${String(unknown)}`);
      }
    }
  }

  /** One of these was refused for itself; which one shows when each is alone. */
  private separate(suspects: readonly OutboxRecord[]): void {
    this.isolated.separate(suspects.map(({ id }) => id));
    this.isolated.add(
      suspects.filter(({ status }) => status === 'pending'),
      true,
    );
    for (const { id, status } of suspects) if (status === 'failed') this.choice.apart.add(id);
  }

  /** The partition cannot be written now: its records wait, without an attempt counted. */
  private setAside(
    topic: string,
    partition: number,
    held: readonly OutboxRecord[],
    { code }: KafkaError,
  ): void {
    const pause = clusterBackoff(0, this.clock.random());
    this.blocks.quarantine(topic, partition, code, this.clock.now(), pause);
    const quarantine = this.blocks.quarantineOf(topic, partition);
    this.isolated.giveBack(
      held.map(({ id }) => id),
      quarantine,
    );
  }

  /** An unknown topic is believed only when the cluster says so again: the client's view may be old. */
  async confirmed(topic: string, { code }: KafkaError): Promise<boolean> {
    if (code !== 'unknown_topic') return true;
    this.topics.forget(topic);
    return (await this.topics.lookupPartitions(topic, LOOKUP_MS)) === 0;
  }
}
