import type { OutboxRecord, RecordState } from './record.js';
import { RECORD_COLUMNS, recordOf, SETTLED_STATE_COLUMNS, stateOf } from './rows.js';
import type { Transaction } from './transaction.js';

/**
 * Replays and discards whose answer was lost with the connection. They may have taken effect all the same, and
 * then the relay must hear of them: nobody else would send the record, or let its key go on.
 */
export class Doubts {
  private replays = false;
  private discards: string[] = [];

  async replay<T>(change: Promise<T>): Promise<T> {
    try {
      return await change;
    } catch (error) {
      this.replays = true;
      throw error;
    }
  }

  async discard<T>(messageId: string, change: Promise<T>): Promise<T> {
    try {
      return await change;
    } catch (error) {
      this.discards.push(messageId);
      throw error;
    }
  }

  /** What may have happened unheard: every replayed record that waits, and the doubtful letters that are gone. */
  async resolve(
    tx: Transaction,
    tell: (replayed: readonly OutboxRecord[], discarded: readonly RecordState[]) => void,
  ): Promise<void> {
    if (!this.replays && this.discards.length === 0) return;
    const replayed = this.replays
      ? await tx.query(
          `SELECT ${RECORD_COLUMNS} FROM record WHERE status = 'pending' AND replays > 0 ORDER BY id`,
        )
      : [];
    const discarded = await tx.query(
      `SELECT ${SETTLED_STATE_COLUMNS} FROM settled_id` +
        ` WHERE message_id ${tx.dialect.among('$1', 'text')}`,
      [JSON.stringify(this.discards)],
    );
    tx.afterCommit(() => {
      this.replays = false;
      this.discards = [];
      tell(
        replayed.map(recordOf),
        discarded.map((row) => stateOf(row, true)),
      );
    });
  }
}
