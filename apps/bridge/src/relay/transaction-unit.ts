import type { OutboxRecord } from '@bridge/outbox';

export type Part = Pick<OutboxRecord, 'id' | 'topic' | 'key'>;

/** A transaction whose records the main pipelines have handed over, one by one, in the order of their keys. */
export interface Unit {
  readonly size: number;
  /** By id; what the record held up is known without loading it. */
  readonly parts: Map<number, Part>;
  /** Who sends it: this relay, or another instance's, for which its records are kept here. */
  home: 'here' | 'elsewhere' | 'unknown';
  /** Records that the instance which sends it has been told of. */
  readonly told: Set<number>;
  /** One of a batch was refused: from now on it is tried by itself. */
  alone: boolean;
  /** Kafka has refused it before: it comes round by the time of its next try. */
  failed: boolean;
  /** Epoch milliseconds. */
  nextTryAt: number;
  failures: number;
}

export function newUnit(size: number, home: Unit['home']): Unit {
  return {
    size,
    parts: new Map(),
    home,
    told: new Set(),
    alone: false,
    failed: false,
    nextTryAt: 0,
    failures: 0,
  };
}
