import { Logger } from '@nestjs/common';
import type { TopicAdmin } from '@bridge/kafka';
import type { OutboxRecord } from '@bridge/outbox';
import type { Blocks } from './blocks.js';
import type { Clock } from './clock.js';
import type { Refusal } from './delivery.js';
import { clusterBackoff } from './retry-policy.js';
import type { SideDoor } from './side-door.js';
import { tooLarge, withEarlier } from './suspects.js';

export interface MainVerdictPorts {
  readonly blocks: Blocks;
  readonly side: SideDoor;
  readonly topics: TopicAdmin;
  readonly clock: Clock;
}

/** What follows when Kafka has refused requests of a main pipeline's batch. */
export class MainVerdicts {
  private readonly logger = new Logger(MainVerdicts.name);
  /** The one partition that failed alone in the last batch: a second time in a row it is the culprit. */
  private suspect: string | null = null;

  constructor(private readonly ports: MainVerdictPorts) {}

  /** A whole batch was delivered. */
  delivered(): void {
    this.suspect = null;
  }

  /** Sends away what was refused: the ids that are no longer this pipeline's, and why it must wait, if it must. */
  async sortOut(
    refusals: readonly Refusal[],
    othersTaken: boolean,
    rows: readonly OutboxRecord[],
  ): Promise<{ gone: Set<number>; waiting: string | null }> {
    const { blocks } = this.ports;
    const gone = new Set<number>();
    let waiting: string | null = null;
    for (const refusal of refusals) {
      const { topic, partition, error } = refusal;
      const left = rows.filter(({ id }) => !gone.has(id));
      const ids = new Set(refusal.rows.map(({ id }) => id));
      const held = left.filter(({ id }) => ids.has(id));
      const away = await this.sendAway(refusal, held, left, {
        othersTaken,
        alone: refusals.length === 1,
      });
      for (const { id } of away) gone.add(id);
      const waits = away.length === 0 && held.length > 0;
      if (waits && blocks.quarantineOf(topic, partition) === undefined) waiting = error.code;
    }
    return { gone, waiting };
  }

  /** @returns the records that are no longer this pipeline's: none, or those that were held and others with them. */
  private async sendAway(
    { topic, partition, error, batch }: Refusal,
    held: readonly OutboxRecord[],
    left: readonly OutboxRecord[],
    { othersTaken, alone }: { readonly othersTaken: boolean; readonly alone: boolean },
  ): Promise<readonly OutboxRecord[]> {
    const { blocks, side, topics, clock } = this.ports;
    switch (error.scope) {
      case 'record': {
        const limit = error.code === 'message_too_large' ? topics.cachedMaxBytes(topic) : null;
        topics.forget(topic);
        const suspects = [...new Set([...held, ...tooLarge(left, topic, limit)])];
        if (suspects.length > 1) return this.isolate(withEarlier(suspects, left), true);
        await side.judge(held, error, batch);
        return held;
      }
      case 'topic':
        topics.forget(topic);
        blocks.quarantine(topic, null, error.code, clock.now(), 0);
        return this.isolate(withEarlier(held, left), false);
      case 'partition':
      case 'cluster': {
        const name = `${topic}-${partition}`;
        const again = this.suspect === name && alone;
        this.suspect = alone ? name : null;
        if (othersTaken || again) {
          const pause = clusterBackoff(0, clock.random());
          blocks.quarantine(topic, partition, error.code, clock.now(), pause);
          const { code } = error;
          const fields = { topic, partition, code, batch };
          this.logger.warn(`${name} is left to the side pipeline: ${code}`, fields);
        }
        return [];
      }
      default: {
        const unknown: never = error.scope;
        throw new Error(`no such scope: ${String(unknown)}`);
      }
    }
  }

  private isolate(rows: readonly OutboxRecord[], alone: boolean): readonly OutboxRecord[] {
    return this.ports.side.isolate(rows, alone) ? rows : [];
  }
}
