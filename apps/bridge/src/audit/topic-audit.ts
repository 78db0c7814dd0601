import { Injectable, Logger } from '@nestjs/common';
import { KafkaError } from '@bridge/kafka';
import { OutboxStore } from '@bridge/outbox';
import type { Caller } from '../access/index.js';
import { ProblemError } from '../problem/index.js';

export interface TopicChange {
  readonly caller: Caller;
  readonly action: 'topic_create' | 'topic_change' | 'topic_delete';
  readonly topic: string;
  /** What of it is asked for. */
  readonly wanted: object;
}

/**
 * A topic is changed in Kafka, which knows nothing of the outbox's transactions: so the intent is written down before,
 * and what came of it after. An intent without an outcome is a change of which nobody knows whether it was made.
 */
@Injectable()
export class TopicAudit {
  private readonly logger = new Logger(TopicAudit.name);

  constructor(private readonly store: OutboxStore) {}

  /** @throws OutboxError when it cannot be written down; then nothing was changed. */
  async around<T>(change: TopicChange, make: () => Promise<T>): Promise<T> {
    await this.note(change, `asked for: ${JSON.stringify(change.wanted)}`);
    try {
      const made = await make();
      await this.noteOutcome(change, 'done');
      return made;
    } catch (error) {
      await this.noteOutcome(change, `not confirmed: ${codeOf(error)}`);
      throw error;
    }
  }

  /** Kafka has answered: whoever asked is told that, whatever becomes of the row. */
  private async noteOutcome(change: TopicChange, outcome: string): Promise<void> {
    try {
      await this.note(change, outcome);
    } catch (error) {
      const { action, topic } = change;
      const cause = String(error);
      this.logger.error('An outcome is not in the audit', { action, topic, outcome, cause });
    }
  }

  private note({ caller, action, topic }: TopicChange, detail: string): Promise<void> {
    return this.store.note([{ actor: caller.name, action, topic, messageId: '', detail }]);
  }
}

function codeOf(error: unknown): string {
  return error instanceof KafkaError || error instanceof ProblemError ? error.code : 'unknown';
}
