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
  readonly token: string;
  readonly topics: readonly string[];
  readonly rows: readonly (readonly [number, number, number])[];
}

export function compactBatch(entries: readonly BatchEntry[], token: string): string {
  const topics = [...new Set(entries.map(({ topic }) => topic))];
  const position = new Map(topics.map((topic, index) => [topic, index]));
  const rows = entries.map(
    ({ id, topic, partition }) => [id, position.get(topic) ?? 0, partition] as const,
  );
  return JSON.stringify({ token, topics, rows } satisfies CompactBatch);
}

function entriesOf({ topics, rows }: CompactBatch): readonly BatchEntry[] {
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
  const batch = JSON.parse(compact) as CompactBatch;
  return {
    number: row['batch_number'] as number,
    kind: row['kind'] as BatchKind,
    token: batch.token,
    entries: entriesOf(batch),
    appended: appended === null ? null : (JSON.parse(appended) as readonly AppendedOffsets[]),
  };
}
