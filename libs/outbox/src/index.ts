export { LANES, laneOf } from './lane.js';
export { openOutbox } from './open-outbox.js';
export type { OutboxOptions } from './open-outbox.js';
export { OutboxError } from './outbox.error.js';
export type { OutboxErrorCode } from './outbox.error.js';
export { OutboxModule } from './outbox.module.js';
export type { OutboxAsyncOptions } from './outbox.module.js';
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
