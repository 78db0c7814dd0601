import { NotFoundException } from '@nestjs/common';
import { KafkaError, type KafkaErrorCode } from '@bridge/kafka';
import { OutboxError, type OutboxErrorCode } from '@bridge/outbox';
import type { ProblemCode } from './problem-codes.js';
import { ProblemError } from './problem.error.js';

/** What the caller is told of an error; null when it is a defect that only the log may tell. */
export function problemOf(error: unknown): ProblemError | null {
  if (error instanceof ProblemError) return error;
  if (error instanceof OutboxError) return ofOutbox(error);
  if (error instanceof KafkaError) return ofKafka(error);
  if (error instanceof NotFoundException) return new ProblemError('not_found', 'No such route');
  return ofFastify(error);
}

const OUTBOX: Readonly<Record<OutboxErrorCode, readonly [ProblemCode, string]>> = {
  message_id_reused: ['message_id_reused', 'This message id was used for other content'],
  not_found: ['not_found', 'No record has this message id'],
  not_replayable: ['not_replayable', 'The record is not a dead letter'],
  overloaded: ['overloaded', 'Too many requests wait for the disk'],
  storage_full: ['storage_full', 'The storage is full; nothing was stored'],
  storage_unavailable: ['storage_unavailable', 'The storage failed; nothing is confirmed'],
  storage_locked: ['storage_unavailable', 'The storage is in use by another process'],
  storage_newer: ['storage_unavailable', 'The storage is that of a later version'],
  storage_unsafe: ['storage_unavailable', 'The storage cannot keep records safe'],
  values_key_missing: ['storage_unavailable', 'The storage has records that cannot be opened'],
  lease_lost: ['storage_unavailable', 'The storage is not available now'],
  storage_corrupt: ['storage_unavailable', 'The storage is damaged'],
};

function ofOutbox(error: OutboxError): ProblemError {
  const [code, detail] = OUTBOX[error.code];
  return new ProblemError(code, detail, {
    ...(error.messageId === undefined ? {} : { messageId: error.messageId }),
    cause: error,
  });
}

/** `null`: the cluster's own trouble, which says nothing about the request. */
const KAFKA: Readonly<Record<KafkaErrorCode, readonly [ProblemCode, string] | null>> = {
  message_too_large: ['message_too_large', 'Kafka refuses a record of this size'],
  invalid_record: ['invalid_record', 'Kafka refuses the record'],
  invalid_timestamp: ['invalid_timestamp', 'Kafka refuses the timestamp'],
  invalid_topic: ['invalid_topic', 'Kafka refuses the name of the topic'],
  unknown_topic: ['unknown_topic', 'The cluster does not have this topic'],
  topic_not_authorized: ['topic_not_authorized', 'The bridge may not use this topic'],
  invalid_partition: ['invalid_partition', 'The topic does not have this partition'],
  topic_exists: ['topic_exists', 'The topic exists already'],
  topic_refused: ['topic_refused', 'Kafka refuses the topic'],
  partition_unavailable: null,
  not_enough_replicas: null,
  kafka_timeout: null,
  kafka_unavailable: null,
  producer_fenced: null,
  incomplete_answer: null,
  kafka_not_authorized: null,
  kafka_authentication_failed: null,
  kafka_tls_failed: null,
};

function ofKafka(error: KafkaError): ProblemError {
  const entry = KAFKA[error.code];
  if (entry === null) {
    const detail = 'Kafka did not confirm; post the same again';
    return new ProblemError('kafka_unavailable', detail, { cause: error });
  }
  const [code, detail] = entry;
  // Kafka's reason for refusing a topic (a bad number of replicas, a bad setting) is what the caller needs.
  return new ProblemError(code, code === 'topic_refused' ? error.message : detail, {
    cause: error,
  });
}

const FASTIFY: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'The body is larger than MAX_BODY_BYTES'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: ['unsupported_media_type', 'Use Content-Type: application/json'],
  FST_ERR_CTP_EMPTY_TYPE: ['unsupported_media_type', 'Use Content-Type: application/json'],
  FST_ERR_CTP_INVALID_TYPE: ['unsupported_media_type', 'Use Content-Type: application/json'],
  // Only of QUERY, which must say what it asks in.
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: [
    'unsupported_media_type',
    'Use Content-Type: application/json',
  ],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'bad_request_framing',
    'The body is not as long as Content-Length says',
  ],
  FST_ERR_BAD_URL: ['invalid_url', 'The path is not valid'],
  FST_ERR_MAX_PARAM_LENGTH: ['invalid_url', 'A part of the path is too long'],
  ECONNRESET: ['client_aborted', 'The connection was closed before the body had come'],
  ERR_STREAM_PREMATURE_CLOSE: [
    'client_aborted',
    'The connection was closed before the body had come',
  ],
};

function ofFastify(error: unknown): ProblemError | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string')
    return null;
  const entry = FASTIFY[error.code];
  return entry === undefined ? null : new ProblemError(entry[0], entry[1], { cause: error });
}
