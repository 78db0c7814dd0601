import type { KafkaErrorCode } from '@bridge/kafka';
import type { TakenRecord } from '../../ingestion/index.js';
import { REST_PROXY_OF_KAFKA, type RestProxyCode } from '../../problem/index.js';

export interface ProducedOffset {
  readonly partition: number | null;
  readonly offset: number | null;
  readonly error_code: number | null;
  readonly error: string | null;
  /** Only of a record that is not in Kafka: the id to follow it by. */
  readonly message_id?: string;
  readonly status?: 'pending' | 'dlq';
}

export interface ProduceAnswer {
  readonly status: 200 | 202 | 422;
  readonly body: {
    /** One for each record, in their order. */
    readonly offsets: readonly ProducedOffset[];
    readonly key_schema_id: null;
    readonly value_schema_id: null;
  };
}

/** Clients and their tests know this one by its text. */
const TOO_LARGE =
  'The server has a configurable maximum message size to avoid unbounded memory allocation. This error is ' +
  'thrown if the client attempt to produce a message larger than this maximum.';

/** Of a record that an older release has refused with a code that this one does not know. */
const UNKNOWN: RestProxyCode = 50002;

/** 200: Kafka has committed all of it. 422: it has refused a record for good. 202: all is durable, some is on its way. */
export function produceAnswer(records: readonly TakenRecord[]): ProduceAnswer {
  const found = new Set(records.map(({ outcome }) => outcome.status));
  return {
    status: found.has('dlq') ? 422 : found.has('pending') ? 202 : 200,
    body: { offsets: records.map(offsetOf), key_schema_id: null, value_schema_id: null },
  };
}

function offsetOf({ messageId, outcome }: TakenRecord): ProducedOffset {
  if (outcome.status === 'sent') {
    const { partition, offset } = outcome;
    return { partition, offset: Number(offset), error_code: null, error: null };
  }
  const nowhere = { partition: null, offset: null, message_id: messageId, status: outcome.status };
  if (outcome.status === 'pending') return { ...nowhere, error_code: null, error: null };
  return {
    ...nowhere,
    error_code: REST_PROXY_OF_KAFKA[outcome.code as KafkaErrorCode] ?? UNKNOWN,
    error: outcome.code === 'message_too_large' ? TOO_LARGE : outcome.error,
  };
}
