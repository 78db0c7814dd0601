import type { ProducerRecord } from '@bridge/kafka';
import type { DeadLetter, OutboxRecord, RecordHeader } from '@bridge/outbox';

/** One row on its way to one partition, as Kafka will store it. */
export interface Outgoing {
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  readonly record: ProducerRecord;
}

const header = (name: string, value: string): RecordHeader => ({ name, value: Buffer.from(value) });

/** A record for its own topic: the bytes that were posted. */
export function outgoingRecord(row: OutboxRecord, partition: number): Outgoing {
  const { id, topic, key, value, timestamp } = row;
  const headers =
    row.replays > 0
      ? [...row.headers, header('bridge-replayed', String(row.replays))]
      : row.headers;
  return { id, topic, partition, record: { key, value, headers, timestamp } };
}

/**
 * A dead letter for the dead letter topic: key, value and headers as posted, and beside them why it is there.
 * @param withValue false when the dead letter topic refuses the value too; the outbox keeps it whole.
 */
export function outgoingDeadLetter(
  row: DeadLetter,
  topic: string,
  partition: number,
  withValue: boolean,
): Outgoing {
  const reasons = [
    header('original-topic', row.topic),
    header('error', row.lastError),
    header('error-code', row.lastErrorCode ?? 'unknown'),
    header('retry-count', String(row.attempts)),
    header('failed-at', new Date(row.failedAt).toISOString()),
    ...(row.headers.some(({ name }) => name === 'message-id')
      ? []
      : [header('message-id', row.messageId)]),
    ...(withValue ? [] : [header('bridge-value-omitted', row.lastErrorCode ?? 'unknown')]),
  ];
  const value = withValue ? row.value : Buffer.alloc(0);
  const record = {
    key: row.key,
    value,
    headers: [...row.headers, ...reasons],
    timestamp: row.failedAt,
  };
  return { id: row.id, topic, partition, record };
}

/** Bytes of keys and values. */
export function contentBytes(batch: readonly Outgoing[]): number {
  return batch.reduce(
    (sum, { record }) => sum + (record.key?.length ?? 0) + (record.value?.length ?? 0),
    0,
  );
}
