export { OutboxError } from './outbox.error.js';
export type { OutboxErrorCode } from './outbox.error.js';
export { OutboxStore } from './outbox.store.js';
export type {
  Acceptance,
  AppendedOffsets,
  Audit,
  BatchEntry,
  BatchKind,
  DeadLetter,
  Failure,
  OpenBatch,
  OutboxStats,
  Page,
  PageRequest,
  PipelineState,
  PurgeAges,
  RecordFilter,
  StorageHealth,
} from './outbox.store.js';
export type {
  Acknowledgement,
  Attempt,
  DeliveryMode,
  NewRecord,
  OutboxRecord,
  RecordHeader,
  RecordState,
  RecordStatus,
} from './record.js';
