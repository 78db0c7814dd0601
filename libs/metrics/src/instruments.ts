/** One thing that is measured. docs/metrics.md lists all of them; a test compares both ways. */
export interface Instrument {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
}

/** Of requests: the confirmation wait (5 s by default, at most 60 s) is in them. */
const REQUEST_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Of one step: from an fsync that a disk's cache answers to a transaction of Kafka that times out. */
const STEP_SECONDS = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];
const RECORDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];
const KIB = 2 ** 10;
const BYTES = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384].map((kib) => kib * KIB);

const counter = (name: string, help: string, ...labels: readonly string[]): Instrument => ({
  name,
  help,
  kind: 'counter',
  labels,
});
const gauge = (name: string, help: string, ...labels: readonly string[]): Instrument => ({
  name,
  help,
  kind: 'gauge',
  labels,
});
const histogram = (
  name: string,
  help: string,
  buckets: readonly number[],
  ...labels: readonly string[]
): Instrument => ({ name, help, kind: 'histogram', labels, buckets });

/**
 * Every instrument of the bridge. No label carries a topic, a key or a message id: their number is not bounded,
 * and nothing personal belongs into metrics.
 */
export const INSTRUMENTS = {
  received: counter(
    'ponte_records_received_total',
    'Records accepted into the outbox. Survives a restart.',
  ),
  sent: counter(
    'ponte_records_sent_total',
    'Records that Kafka has committed. Survives a restart.',
  ),
  failed: counter(
    'ponte_attempts_refused_total',
    'Tries in which Kafka refused a record. Survives a restart.',
  ),
  retries: counter(
    'ponte_attempts_retried_total',
    'Refused tries after which another try follows. Survives a restart.',
  ),
  buried: counter(
    'ponte_records_buried_total',
    'Records that became dead letters. Survives a restart.',
  ),
  replayed: counter('ponte_records_replayed_total', 'Dead letters replayed. Survives a restart.'),
  discarded: counter(
    'ponte_records_discarded_total',
    'Dead letters discarded. Survives a restart.',
  ),
  rows: gauge('ponte_outbox_records', 'Records in the outbox, by status.', 'status'),
  openBytes: gauge('ponte_outbox_open_bytes', 'Bytes of the records that are not settled.'),
  oldestOpen: gauge(
    'ponte_outbox_oldest_open_seconds',
    'Age of the oldest record that is not settled; 0 when there is none.',
  ),
  accepting: gauge('ponte_accepting', '1 while a new record would be accepted, else 0.'),
  ready: gauge('ponte_ready', '1 while GET /health/ready answers 200, else 0.'),
  connected: gauge('ponte_kafka_connected', '1 while records can be written to Kafka, else 0.'),
  pipelineStopped: gauge(
    'ponte_pipelines_stopped',
    'Pipelines that have stopped for good and need a person.',
  ),
  pipelineWait: gauge(
    'ponte_pipeline_wait_seconds',
    'How long the pipeline that waits longest has waited for Kafka.',
  ),
  quarantined: gauge(
    'ponte_quarantined',
    'Topics and partitions whose records wait apart from the others.',
  ),
  blockedKeys: gauge('ponte_blocked_keys', 'Keys whose later records wait for an earlier one.'),
  sweepFailures: gauge('ponte_sweep_failures', 'Runs of the sweeper that failed since the start.'),
  walBytes: gauge('ponte_storage_wal_bytes', 'Size of the write-ahead log of SQLite.'),
  diskFree: gauge('ponte_storage_free_bytes', 'Free bytes of the disk that holds the outbox.'),
  lanes: gauge('ponte_lanes', 'Lanes of 64 whose records this instance sends.'),
  instances: gauge(
    'ponte_instances',
    'Instances that share the outbox, as this one sees them; 1 on SQLite.',
  ),
  deadRows: gauge(
    'ponte_storage_dead_rows',
    'Row versions of the PostgreSQL outbox that wait for vacuum.',
  ),
  oldestTransaction: gauge(
    'ponte_storage_oldest_transaction_seconds',
    'Age of the oldest transaction that keeps PostgreSQL from vacuuming.',
  ),
  pipelineState: gauge(
    'ponte_pipeline_state',
    '1 for the state that the pipeline is in, 0 for the others.',
    'pipeline',
    'state',
  ),
  openBatches: gauge(
    'ponte_ledger_open_batches',
    'Batches that were begun and are not known to be in Kafka, of all instances.',
  ),
  ledgerAge: gauge(
    'ponte_ledger_age_seconds',
    'Longest time since the ledger was known to hold a pipeline’s number; Kafka may forget it after 7 days.',
  ),
  diskSize: gauge('ponte_storage_size_bytes', 'Size of the disk that holds the outbox.'),
  limit: gauge('ponte_limit', 'What may be held, in the unit of the limit.', 'limit'),
  limitUsed: gauge(
    'ponte_limit_used_ratio',
    'How much of the limit is in use: from 1 on, what asks for more is refused.',
    'limit',
  ),
  certificateEnd: gauge(
    'ponte_certificate_not_after_timestamp_seconds',
    'When the certificate that ends first ends, by what it is for.',
    'use',
  ),
  clock: gauge('ponte_clock_timestamp_seconds', 'The bridge’s clock at this moment.'),
  clockStep: gauge(
    'ponte_clock_step_seconds',
    'By how much the clock was set forward (or back, below 0) since the start.',
  ),
  producerRestarts: counter(
    'ponte_producer_restarts_total',
    'Transactional producers that were thrown away after an error, since the start.',
  ),
  spansDropped: counter(
    'ponte_trace_spans_dropped_total',
    'Spans of traces that no collector got: it refused them, or too many waited for it. Since the start.',
  ),
  batchRecords: histogram(
    'ponte_batch_records',
    'Records of one batch that Kafka has committed.',
    RECORDS,
    'kind',
  ),
  batchBytes: histogram(
    'ponte_batch_bytes',
    'Bytes of keys and values of one batch that Kafka has committed.',
    BYTES,
    'kind',
  ),
  stepSeconds: histogram(
    'ponte_step_seconds',
    'Time of one step on the way of records.',
    STEP_SECONDS,
    'step',
  ),
  commitSeconds: histogram(
    'ponte_storage_commit_seconds',
    'Time of one commit of the outbox, with its fsync. SQLite stores and commits new records by one statement.',
    STEP_SECONDS,
  ),
  commitChanges: histogram(
    'ponte_storage_commit_changes',
    'Requests and other changes that share one commit of the outbox.',
    RECORDS,
  ),
  requestSeconds: histogram(
    'ponte_http_request_seconds',
    'Time from the first byte of a request to the end of its answer.',
    REQUEST_SECONDS,
    'method',
    'route',
    'status',
  ),
} as const satisfies Readonly<Record<string, Instrument>>;
