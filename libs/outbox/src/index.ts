export { LANES, laneOf } from './lane.js';
export { GIVE_UP_MS, Leases, LEASE_MS, RENEW_MS, SLOTS } from './leases.js';
export type { LeaseView, Share, SlotHolder, Tenure } from './leases.js';
export type { IdRange } from './news.js';
export { openOutbox } from './open-outbox.js';
export type { OutboxOptions } from './open-outbox.js';
export { OutboxError } from './outbox.error.js';
export type { OutboxErrorCode } from './outbox.error.js';
export { OutboxModule } from './outbox.module.js';
export type { OutboxAsyncOptions } from './outbox.module.js';
export { OutboxStore } from './outbox.store.js';
export type { AuditEntry } from './audit/audit-entry.js';
export { headText, parseHead } from './audit/chain.js';
export type { AuditHead } from './audit/chain.js';
export type { AuditFault, AuditFinding } from './audit/chain-check.js';
export { checkAudit, listAudit } from './operator/audit-log.js';
export type { AuditLine, CheckedAudit } from './operator/audit-log.js';
export type {
  Acceptance,
  AppendedOffsets,
  ArrivedRecord,
  DueTransaction,
  Audit,
  BatchEntry,
  BatchKind,
  DeadLetter,
  Failure,
  Identified,
  NotedChanges,
  OpenBatch,
  OutboxStats,
  Page,
  PageRequest,
  PipelineState,
  PurgeAges,
  TopicAges,
  RecordFilter,
  Sight,
  StorageHealth,
  Unlisten,
} from './outbox.store.js';
export { nameOf, NO_TENANT } from './record.js';
export type {
  Acknowledgement,
  Attempt,
  DeliveryMode,
  NewRecord,
  OutboxRecord,
  RecordHeader,
  RecordState,
  RecordStatus,
  RecordTransaction,
} from './record.js';
export { parseValueKeys } from './values/value-keys.js';
export type { ValueKey, ValueKeys } from './values/value-cipher.js';
export { backupSqlite } from './operator/backup.js';
export type { Backup } from './operator/backup.js';
export { inspectOutbox, inspectPipelines } from './operator/inspect-outbox.js';
export type { Inspection } from './operator/inspection.js';
export { sqliteFileOf } from './operator/open-engine.js';
export { Reconciliation } from './operator/reconciliation.js';
export type { ReconcileChange, ReconcileCounts, Remembered } from './operator/reconcile-changes.js';
export type { Anchor, KnownRecord, SentRow, Unsettled } from './operator/reconcile-reads.js';
export { eraseSubject, findSubject } from './operator/subject-search.js';
export type { Erased, SubjectRecord } from './operator/subject-search.js';
export { recoverSqlite } from './operator/recover.js';
export type { Recovered, RecoverOptions } from './operator/recover.js';
export type { StoredContent } from './operator/judge.js';
export type { LeftOut, RecoveredTable } from './operator/recovery-target.js';
export type { LostRange } from './operator/salvage.js';
export { isSameRequest } from './same-request.js';
