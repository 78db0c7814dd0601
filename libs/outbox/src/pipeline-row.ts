import type { Row } from './engine.js';
import type {
  AppendedOffsets,
  BatchEntry,
  BatchKind,
  OpenBatch,
  PipelineState,
} from './outbox.store.js';

export const PIPELINE_COLUMNS =
  'name, batch_number, kind, open_batch, appended, opened_at, committed_number, ledger_at';

/** Topics once, then `[id, position of the topic, partition]` for each row in order. */
interface CompactBatch {
  readonly topics: readonly string[];
  readonly rows: readonly (readonly [number, number, number])[];
}

export function compactBatch(entries: readonly BatchEntry[]): string {
  const topics = [...new Set(entries.map(({ topic }) => topic))];
  const position = new Map(topics.map((topic, index) => [topic, index]));
  const rows = entries.map(
    ({ id, topic, partition }) => [id, position.get(topic) ?? 0, partition] as const,
  );
  return JSON.stringify({ topics, rows } satisfies CompactBatch);
}

function entriesOf(compact: string): readonly BatchEntry[] {
  const { topics, rows } = JSON.parse(compact) as CompactBatch;
  return rows.map(([id, topic, partition]) => ({ id, topic: topics[topic] ?? '', partition }));
}

/** Reads `PIPELINE_COLUMNS`. */
export function pipelineOf(row: Row): PipelineState {
  return {
    name: row['name'] as string,
    batchNumber: row['batch_number'] as number,
    openBatch: openBatchOf(row),
    committedNumber: row['committed_number'] as number,
    ledgerAt: row['ledger_at'] as number | null,
  };
}

export function openBatchOf(row: Row): OpenBatch | null {
  const compact = row['open_batch'] as string | null;
  const appended = row['appended'] as string | null;
  if (compact === null) return null;
  return {
    number: row['batch_number'] as number,
    kind: row['kind'] as BatchKind,
    entries: entriesOf(compact),
    appended: appended === null ? null : (JSON.parse(appended) as readonly AppendedOffsets[]),
  };
}
