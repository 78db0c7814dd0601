import type { ProblemCode } from '../../problem/index.js';

/** What a record can be refused with in every language. */
export const RECORD_PROBLEMS: readonly ProblemCode[] = [
  'invalid_json',
  'json_too_deep',
  'invalid_utf8',
  'invalid_body',
  'unsupported_charset',
  'invalid_key',
  'invalid_header',
  'too_many_headers',
  'invalid_partition',
  'invalid_timestamp',
  'invalid_message_id',
  'message_id_reused',
  'invalid_topic',
  'topic_forbidden',
  'unknown_topic',
  'topic_not_authorized',
  'message_too_large',
  'invalid_record',
  'quota_exceeded',
  'queue_full',
  'storage_low',
  'storage_full',
  'storage_unavailable',
  'kafka_unavailable',
];
