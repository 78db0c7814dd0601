import type { NewRecord } from './record.js';
import type { SealedValue } from './values/value-cipher.js';

/** A record made ready before it waits for the writer. */
export interface PreparedRecord {
  readonly record: NewRecord;
  readonly headers: Buffer;
  /** The value as it is stored. */
  readonly stored: SealedValue;
  /** Bytes of key, value and headers. */
  readonly bytes: number;
  readonly lane: number;
}

/** A row to be: known by its message id before it has an id. */
export interface Staged {
  readonly prepared: PreparedRecord;
  id: number;
}

/** A counter by its name in the table, and by how much it changes. */
export interface CounterChange {
  readonly name: string;
  readonly change: number;
}

/** New rows, and all that their transaction changes in the counters. */
export interface Additions {
  readonly staged: readonly Staged[];
  /** Epoch milliseconds: when they are accepted. */
  readonly now: number;
  readonly counters: readonly CounterChange[];
}

/**
 * Parts of few enough bytes, or of one record: a kept statement holds the values of its last use. All but the last are
 * full; the counters go with the last.
 * @param maxRecords of a part.
 */
export function partsOf(
  { staged, now, counters }: Additions,
  maxBytes: number,
  maxRecords = Infinity,
): readonly Additions[] {
  const parts: Additions[] = [];
  for (let at = 0; at < staged.length;) {
    const end = endOfPart(staged, at, maxBytes, maxRecords);
    const last = end === staged.length;
    parts.push({ staged: staged.slice(at, end), now, counters: last ? counters : [] });
    at = end;
  }
  return parts;
}

function endOfPart(
  staged: readonly Staged[],
  start: number,
  maxBytes: number,
  maxRecords: number,
): number {
  let bytes = 0;
  let end = start;
  for (; end < staged.length && end - start < maxRecords; end++) {
    bytes += staged[end]?.prepared.bytes ?? 0;
    if (end > start && bytes > maxBytes) break;
  }
  return end;
}
