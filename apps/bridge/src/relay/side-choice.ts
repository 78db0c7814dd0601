import type { TopicAdmin } from '@bridge/kafka';
import type { OutboxRecord, OutboxStore } from '@bridge/outbox';
import { orderKey, type Blocks, type Quarantine } from './blocks.js';
import type { Clock } from './clock.js';
import { place } from './placement.js';

const RETRY_ROWS = 50;
const PROBE_ROWS = 100;

/** Refusals that are about the topic: its records are tried together, since they share their fate. */
const TOPIC_CODES: ReadonlySet<string> = new Set([
  'unknown_topic',
  'invalid_topic',
  'topic_not_authorized',
]);

/** Which retries and which probes go next. Never a record that has an earlier one of its key on the side. */
export class SideChoice {
  /** Failed records that must be tried alone, since one of their group was refused for itself. */
  readonly apart = new Set<number>();

  constructor(
    private readonly store: OutboxStore,
    private readonly blocks: Blocks,
    private readonly topics: TopicAdmin,
    private readonly clock: Clock,
    private readonly maxBytes: number,
  ) {}

  /** Failed records that are due: one alone, or those that their topic has refused. */
  async dueRetries(): Promise<OutboxRecord[]> {
    const now = this.clock.now();
    const together = new Set<number>();
    const rows: OutboxRecord[] = [];
    for (const row of await this.store.dueRetries(now, RETRY_ROWS)) {
      const [first] = rows;
      if (first !== undefined && (!sharesFate(first, row) || this.apart.has(row.id))) continue;
      if (this.waitsForProbe(row, now) || this.blocks.hasEarlierHolder(row, together)) continue;
      together.add(row.id);
      rows.push(row);
      if (!TOPIC_CODES.has(row.lastErrorCode ?? '') || this.apart.has(row.id)) break;
    }
    return rows;
  }

  /**
   * Records that wait for a topic or partition in quarantine; `whole`: there are no others. Nothing of a main
   * pipeline's batch, and nothing that would overtake it. They must be taken over before anything is awaited.
   */
  async waitingFor(quarantine: Quarantine): Promise<{
    readonly rows: OutboxRecord[];
    readonly whole: boolean;
  }> {
    const watch = this.blocks.inFlight.watch();
    try {
      const { topic } = quarantine;
      const page = await this.store.pendingOfTopic(topic, null, PROBE_ROWS, this.maxBytes);
      const rows = await this.probed(quarantine, page);
      const flying = page.filter(({ id }) => watch.ids.has(id));
      const transactional = page.filter(({ transaction }) => transaction !== null);
      const ahead = new Set([...flying, ...transactional].map(orderKey));
      const free = rows.filter((row) => !ahead.has(orderKey(row)));
      // Transactions are no probes: they find out by themselves, once their pipelines may hand them over.
      const isAll = page.length < PROBE_ROWS || transactional.length > 0;
      return { rows: free, whole: isAll && flying.length === 0 };
    } finally {
      watch.end();
    }
  }

  private async probed(
    { partition }: Quarantine,
    page: readonly OutboxRecord[],
  ): Promise<OutboxRecord[]> {
    const together = new Set<number>();
    const rows: OutboxRecord[] = [];
    for (const row of page) {
      if (rows[0] !== undefined && rows[0].delivery !== row.delivery) continue;
      if (row.transaction !== null || this.blocks.holds(row)) continue;
      if (this.blocks.hasEarlierHolder(row, together)) continue;
      if (partition !== null && !(await this.goesTo(row, partition))) continue;
      together.add(row.id);
      rows.push(row);
    }
    return rows;
  }

  private waitsForProbe(row: OutboxRecord, now: number): boolean {
    const quarantine = this.blocks.quarantineOf(row.topic, row.partition);
    if (quarantine === undefined || quarantine.partition === null) return false;
    return quarantine.nextProbeAt > now;
  }

  private async goesTo(row: OutboxRecord, partition: number): Promise<boolean> {
    const placement = await place(row, this.topics, this.clock);
    return 'partition' in placement && placement.partition === partition;
  }
}

function sharesFate(first: OutboxRecord, row: OutboxRecord): boolean {
  return (
    row.topic === first.topic &&
    row.delivery === first.delivery &&
    row.lastErrorCode === first.lastErrorCode
  );
}
