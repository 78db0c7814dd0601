/** One thing that is measured. docs/metrics.md lists all of them; a test compares both ways. */
export interface Instrument {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
}

const counter = (name: string, help: string): Instrument => ({
  name,
  help,
  kind: 'counter',
  labels: [],
});
const gauge = (name: string, help: string, ...labels: readonly string[]): Instrument => ({
  name,
  help,
  kind: 'gauge',
  labels,
});

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
  requestSeconds: {
    name: 'ponte_http_request_seconds',
    help: 'Time from the first byte of a request to the end of its answer.',
    kind: 'histogram',
    labels: ['method', 'route', 'status'],
  },
} as const satisfies Readonly<Record<string, Instrument>>;
