/**
 * Every code that an answer may carry, with its status and title. docs/errors.md explains each, and a test
 * compares both ways. 408, 425, 429 and 5xx mean "post the same again"; every other 4xx means "do not".
 */
export const PROBLEMS = {
  // How the request came.
  bad_request_framing: { status: 400, title: 'Malformed HTTP' },
  headers_too_large: { status: 431, title: 'Headers too large' },
  request_timeout: { status: 408, title: 'Request not received in time' },
  expectation_failed: { status: 417, title: 'Expectation not known' },
  client_aborted: { status: 400, title: 'Connection closed by the client' },
  invalid_url: { status: 400, title: 'Invalid URL' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  not_acceptable: { status: 406, title: 'Not acceptable' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  unsupported_charset: { status: 415, title: 'Unsupported charset' },
  bad_encoding: { status: 415, title: 'Unsupported content encoding' },
  payload_too_large: { status: 413, title: 'Body too large' },
  duplicate_header: { status: 400, title: 'Header given twice' },
  unknown_parameter: { status: 400, title: 'Unknown parameter' },
  invalid_parameter: { status: 400, title: 'Invalid parameter' },
  // Who asks.
  unauthenticated: { status: 401, title: 'Not known' },
  too_many_failures: { status: 429, title: 'Too many wrong keys' },
  forbidden: { status: 403, title: 'Not allowed' },
  // What the body says.
  empty_body: { status: 400, title: 'Empty body' },
  invalid_json: { status: 400, title: 'Invalid JSON' },
  json_too_deep: { status: 400, title: 'JSON nested too deep' },
  invalid_utf8: { status: 400, title: 'Invalid UTF-8' },
  invalid_body: { status: 400, title: 'Invalid body' },
  empty_batch: { status: 400, title: 'No records' },
  batch_too_large: { status: 413, title: 'Too many records' },
  invalid_entries: { status: 422, title: 'Invalid entries' },
  invalid_value: { status: 400, title: 'Invalid value' },
  schema_unsupported: { status: 422, title: 'Schemas are not supported' },
  invalid_key: { status: 400, title: 'Invalid key' },
  key_required: { status: 400, title: 'Key required' },
  invalid_header: { status: 400, title: 'Invalid record header' },
  too_many_headers: { status: 400, title: 'Too many record headers' },
  invalid_partition: { status: 400, title: 'Invalid partition' },
  invalid_timestamp: { status: 400, title: 'Invalid timestamp' },
  invalid_message_id: { status: 400, title: 'Invalid message id' },
  message_id_conflict: { status: 400, title: 'Two message ids' },
  message_id_reused: { status: 422, title: 'Message id used for other content' },
  // The topic.
  invalid_topic: { status: 400, title: 'Invalid topic name' },
  topic_forbidden: { status: 403, title: 'Topic not open to callers' },
  unknown_cluster: { status: 404, title: 'Unknown cluster' },
  unknown_partition: { status: 404, title: 'Unknown partition' },
  unknown_topic: { status: 404, title: 'Unknown topic' },
  topic_not_authorized: { status: 403, title: 'Topic not authorised' },
  topic_exists: { status: 409, title: 'Topic exists' },
  topic_refused: { status: 400, title: 'Topic refused by Kafka' },
  // The record, refused by Kafka while the outbox is off.
  message_too_large: { status: 413, title: 'Record too large for Kafka' },
  invalid_record: { status: 400, title: 'Record refused by Kafka' },
  not_transactional: { status: 400, title: 'Not in a transaction' },
  outbox_required: { status: 400, title: 'The outbox is off' },
  // Dead letters.
  not_replayable: { status: 409, title: 'Not a dead letter' },
  filter_required: { status: 400, title: 'Filter required' },
  not_implemented: { status: 501, title: 'Not implemented' },
  // The state of the bridge.
  queue_full: { status: 503, title: 'Outbox full' },
  storage_low: { status: 507, title: 'Disk nearly full' },
  storage_full: { status: 507, title: 'Storage full' },
  storage_unavailable: { status: 503, title: 'Storage unavailable' },
  overloaded: { status: 503, title: 'Overloaded' },
  shutting_down: { status: 503, title: 'Shutting down' },
  kafka_unavailable: { status: 503, title: 'Kafka unavailable' },
  LEDGER_AHEAD: { status: 503, title: 'Stopped: the ledger is ahead of the outbox' },
  KAFKA_WENT_BACK: { status: 503, title: 'Stopped: Kafka has lost what the outbox knows' },
  RECONCILE_NEEDED: { status: 503, title: 'Stopped: the outbox must be reconciled with Kafka' },
  internal_error: { status: 500, title: 'Internal error' },
} as const satisfies Readonly<Record<string, { readonly status: number; readonly title: string }>>;

export type ProblemCode = keyof typeof PROBLEMS;
