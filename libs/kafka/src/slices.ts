import type { ProducerRecord } from './ports.js';

/** Kafka's own default for max.message.bytes is 1,048,588; the rest is room for what is not estimated. */
export const DEFAULT_REQUEST_BYTES = 900_000;
/** Share of a topic's max.message.bytes that one request uses: the size is an estimate. */
const FILL = 0.85;
/** Framing of one record: lengths, deltas, attributes as variable-length integers. */
const RECORD_OVERHEAD = 40;
const HEADER_OVERHEAD = 10;

/** A run of positions of one partition's records that fits one request. */
export interface Slice {
  readonly from: number;
  readonly to: number;
  /** Estimated. */
  readonly bytes: number;
}

function sizeOf(record: ProducerRecord): number {
  let size = RECORD_OVERHEAD + (record.key?.length ?? 0) + (record.value?.length ?? 0);
  for (const header of record.headers) {
    size += HEADER_OVERHEAD + header.name.length + header.value.length;
  }
  return size;
}

/**
 * Cuts a partition's records into requests. Kafka holds max.message.bytes against a whole request of a
 * partition, so a thousand small records in one request would be refused as "too large". A record that is
 * larger than the limit by itself goes alone: then Kafka's refusal names it.
 */
export function slices(records: readonly ProducerRecord[], maxBytes: number | null): Slice[] {
  const limit = maxBytes === null ? DEFAULT_REQUEST_BYTES : Math.floor(maxBytes * FILL);
  const result: Slice[] = [];
  let from = 0;
  let bytes = 0;
  records.forEach((record, position) => {
    const size = sizeOf(record);
    if (position > from && bytes + size > limit) {
      result.push({ from, to: position, bytes });
      from = position;
      bytes = 0;
    }
    bytes += size;
  });
  if (from < records.length) result.push({ from, to: records.length, bytes });
  return result;
}
