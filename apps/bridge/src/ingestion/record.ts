import {
  NO_TENANT,
  type DeliveryMode,
  type NewRecord,
  type RecordHeader,
  type RecordTransaction,
} from '@bridge/outbox';
import type { Envelope } from './envelope.js';
import { requestHash } from './request-hash.js';

export interface RecordParts {
  readonly topic: string;
  readonly messageId: string;
  readonly tenant: string;
  readonly envelope: Envelope;
  readonly transcoded: boolean;
  readonly traceParent: string | null;
  readonly delivery: DeliveryMode;
  /** The partition chosen at the edge, or null while it cannot be known. */
  readonly partition: number | null;
  readonly transaction: RecordTransaction | null;
}

/** Consumers tell the ERP's records from others by this; the name is the one that they know already. */
const SOURCE = 'protheus-middleware';
/** By this a consumer knows what belongs together. */
export const TRANSACTION_HEADER = 'bridge-transaction';
/** Whose message id it is, for `reconcile` and for consumers of several tenants; absent where there are none. */
export const TENANT_HEADER = 'bridge-tenant';

/** The record as it will stand in Kafka: the bridge's headers first, then the caller's in their order. */
export function composeRecord(parts: RecordParts): NewRecord {
  const { topic, messageId, tenant, envelope, delivery, partition, transaction } = parts;
  return {
    messageId,
    tenant,
    requestHash: requestHash(topic, envelope, transaction?.id),
    topic,
    key: envelope.key,
    value: envelope.value,
    headers: headersOf(parts),
    timestamp: envelope.timestamp,
    delivery,
    requestedPartition: envelope.partition,
    partition,
    transaction,
  };
}

function headersOf(parts: RecordParts): RecordHeader[] {
  const { messageId, tenant, envelope, transcoded, traceParent, transaction } = parts;
  const headers: RecordHeader[] = [
    header('message-id', messageId),
    header('source', SOURCE),
    header('content-type', envelope.contentType),
    ...envelope.headers,
  ];
  const traced = envelope.headers.some(({ name }) => name.toLowerCase() === 'traceparent');
  if (traceParent !== null && !traced) headers.push(header('traceparent', traceParent));
  if (transcoded) headers.push(header('bridge-transcoded', 'windows-1252'));
  if (transaction !== null) headers.push(header(TRANSACTION_HEADER, transaction.id));
  if (tenant !== NO_TENANT) headers.push(header(TENANT_HEADER, tenant));
  return headers;
}

function header(name: string, value: string): RecordHeader {
  return { name, value: Buffer.from(value, 'utf8') };
}
