import { createHash } from 'node:crypto';
import type { Envelope } from './envelope.js';

const ABSENT = -1;

/** What makes two requests the same. */
export type HashedFields = Pick<Envelope, 'key' | 'value' | 'headers' | 'partition' | 'timestamp'>;

/**
 * SHA-256 of what the caller sent: the same message id with another hash is another record, and refused.
 * The lengths of all parts go in before the parts, so that no two requests share an encoding.
 */
export function requestHash(
  topic: string,
  envelope: HashedFields,
  transactionId: string | null = null,
): Buffer {
  const { key, value, headers, partition, timestamp } = envelope;
  const parts = [
    topic,
    key,
    partition === null ? null : String(partition),
    timestamp === null ? null : String(timestamp),
    ...headers.flatMap((header) => [header.name, header.value]),
    // Headers come in pairs, so one part more cannot be taken for one of them.
    ...(transactionId === null ? [] : [transactionId]),
  ].map((part) => (typeof part === 'string' ? Buffer.from(part, 'utf8') : part));
  const lengths = Buffer.alloc(4 * (parts.length + 2));
  lengths.writeInt32BE(parts.length);
  lengths.writeInt32BE(value?.length ?? ABSENT, 4);
  parts.forEach((part, at) => lengths.writeInt32BE(part?.length ?? ABSENT, 8 + 4 * at));
  const small = Buffer.concat([lengths, ...parts.filter((part) => part !== null)]);
  const hash = createHash('sha256').update(small);
  return (value === null ? hash : hash.update(value)).digest();
}
