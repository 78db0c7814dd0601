import type { Message } from 'kafkajs';
import type { ProducerRecord } from './ports.js';

/** A record as kafkajs takes it; the partition is ours to choose, never the client's. */
export function toMessage(record: ProducerRecord, partition: number): Message {
  return {
    key: record.key,
    value: record.value,
    partition,
    timestamp: String(record.timestamp),
    headers: headersOf(record),
  };
}

/** kafkajs takes repeated header names as an array of values; the order of different names is kept. */
function headersOf(record: ProducerRecord): Record<string, Buffer | Buffer[]> {
  const headers: Record<string, Buffer | Buffer[]> = Object.create(null) as Record<
    string,
    Buffer | Buffer[]
  >;
  for (const { name, value } of record.headers) {
    const present = headers[name];
    if (present === undefined) headers[name] = value;
    else if (Array.isArray(present)) present.push(value);
    else headers[name] = [present, value];
  }
  return headers;
}
