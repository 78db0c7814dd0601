import { setTimeout as pause } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { TopicAdmin, type ClusterView } from '@bridge/kafka';

const FRESH_MS = 10_000;
/** A scrape must not hang on a cluster that is down. */
const WAIT_MS = 500;

/** The cluster as it was last seen, asked at most every 10 s however often it is read. */
@Injectable()
export class ClusterCache {
  private last: { readonly view: ClusterView; readonly at: number } | null = null;
  private asking: Promise<void> | null = null;

  constructor(private readonly topics: TopicAdmin) {}

  /** Null while nothing is known. Never rejects. */
  async view(): Promise<ClusterView | null> {
    if (this.last !== null && Date.now() - this.last.at < FRESH_MS) return this.last.view;
    this.asking ??= this.ask().finally(() => {
      this.asking = null;
    });
    await Promise.race([this.asking, pause(WAIT_MS, undefined, { ref: false })]);
    return this.last?.view ?? null;
  }

  private async ask(): Promise<void> {
    try {
      this.last = { view: await this.topics.cluster(), at: Date.now() };
    } catch {
      // The last view stands; whether Kafka can be reached is said by `connected`.
    }
  }
}
