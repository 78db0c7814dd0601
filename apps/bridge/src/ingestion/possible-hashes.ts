import type { RecordHeader } from '@bridge/outbox';
import { isOwnHeader } from './control-fields.js';
import { TRANSACTION_HEADER } from './record.js';
import { requestHash } from './request-hash.js';

/** A record as it is kept, in the outbox or in Kafka. */
export interface KeptRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
  /** Epoch milliseconds. */
  readonly timestamp: number;
}

const TRACE = 'traceparent';

/**
 * The hash of every request that can have made this record. What the record does not tell is whether its
 * timestamp was given or is the time of acceptance, whether its partition was demanded, and whether a trace id
 * at its end came as a record header or as one of HTTP. One hash of them is the request's, if the record is
 * whole.
 * @param partitions what the request may have demanded; null is no demand.
 */
export function possibleHashes(
  record: KeptRecord,
  partitions: readonly (number | null)[],
): readonly Buffer[] {
  const { topic, key, value, timestamp } = record;
  const given = record.headers.filter(({ name }) => !isOwnHeader(name));
  const transaction = record.headers.find(({ name }) => name === TRANSACTION_HEADER);
  const transactionId = transaction?.value.toString('utf8') ?? null;
  const headerLists = given.at(-1)?.name === TRACE ? [given, given.slice(0, -1)] : [given];
  return headerLists.flatMap((headers) =>
    partitions.flatMap((partition) =>
      [null, timestamp].map((time) =>
        requestHash(topic, { key, value, headers, partition, timestamp: time }, transactionId),
      ),
    ),
  );
}
