import { makePipeline } from '../batch.js';
import { Counters } from '../counters.js';
import type { Engine } from '../engine.js';
import type { OutboxOptions } from '../open-outbox.js';
import type { Audit, PipelineState } from '../outbox.store.js';
import { portError } from '../port-error.js';
import { readReconcileMark, clearReconcileMark } from '../reconcile-mark.js';
import { RelayReads } from '../reads.js';
import { Transaction } from '../transaction.js';
import { OutboxError } from '../outbox.error.js';
import * as changes from './reconcile-changes.js';
import type { ReconcileChange, ReconcileCounts } from './reconcile-changes.js';
import * as reads from './reconcile-reads.js';
import type { Anchor, KnownRecord, SentRow, Unsettled } from './reconcile-reads.js';
import { openEngine } from './open-engine.js';

/** An outbox that is compared with Kafka and put right, while no bridge has it. Rejects with `OutboxError`. */
export class Reconciliation {
  private constructor(
    private readonly engine: Engine,
    readonly outboxId: string,
    /** Why the relay would not send, as half a sentence after "the outbox"; null when it would. */
    readonly needsReconcile: string | null,
  ) {}

  /** @throws OutboxError as `openOutbox`; `not_found` where there is no outbox. */
  static async open(options: OutboxOptions): Promise<Reconciliation> {
    const engine = await openEngine(options);
    try {
      const [meta] = await engine.writer.query(
        'SELECT "value" FROM meta WHERE name = \'outbox_id\'',
      );
      if (meta === undefined) throw new OutboxError('not_found', 'The outbox has no records yet.');
      const mark = await readReconcileMark(engine.writer);
      return new Reconciliation(engine, meta['value'] as string, mark);
    } catch (error) {
      await engine.close();
      throw portError(error);
    }
  }

  pipelines(): Promise<readonly PipelineState[]> {
    const { relayReader, dialect } = this.engine;
    return this.ask(new RelayReads(relayReader, dialect).pipelines());
  }

  unsettled(): Promise<Unsettled> {
    return this.ask(reads.unsettled(this.engine.writer));
  }

  /** Every topic that a record of this outbox was for. */
  topics(): Promise<readonly string[]> {
    return this.ask(reads.topics(this.engine.writer));
  }

  /** For each partition the last record that was sent before this moment (epoch ms). */
  anchors(before: number): Promise<readonly Anchor[]> {
    return this.ask(reads.anchors(this.engine.writer, before));
  }

  /** What the outbox knows of these message ids; those that it does not know are left out. */
  look(messageIds: readonly string[]): Promise<readonly KnownRecord[]> {
    return this.ask(reads.look(this.engine.writer, this.engine.dialect, messageIds));
  }

  /** Sent records that are still whole, by id, at most `limit` above `afterId`. */
  sentRows(afterId: number, limit: number): Promise<readonly SentRow[]> {
    return this.ask(reads.sentRows(this.engine.writer, afterId, limit));
  }

  /** Makes the whole change in one transaction, with its audit, and takes the mark away. */
  async apply(change: ReconcileChange, audit: Audit): Promise<ReconcileCounts> {
    const { writer, dialect } = this.engine;
    await this.ask(writer.begin());
    try {
      await new Counters().prepare(writer, dialect);
      const tx = new Transaction(writer, dialect, Date.now());
      const counts = {
        sent: await changes.markFound(tx, change.sent, audit),
        published: await changes.markPublished(tx, change.published),
        remembered: await changes.remember(tx, change.remembered),
        resent: await changes.sendAgain(tx, change.sendAgain, audit),
        dissolved: await changes.dissolve(tx, audit),
      };
      for (const { name, number } of change.pipelines) {
        await makePipeline(tx, name);
        await changes.setPipeline(tx, name, number);
      }
      await changes.noteReconciled(tx, counts, change, audit);
      await clearReconcileMark(tx);
      await tx.saveCounters(0);
      await writer.commit();
      return counts;
    } catch (error) {
      await writer.rollback();
      throw portError(error);
    }
  }

  async close(): Promise<void> {
    await this.ask(this.engine.close());
  }

  private async ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw portError(error);
    }
  }
}
