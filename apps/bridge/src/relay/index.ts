export { identify, LEDGER_PARTITIONS, LEDGERED } from './pipeline-identity.js';
export { compareLedger } from './ledger-verdict.js';
export type { LedgerVerdict } from './ledger-verdict.js';
export { RelayModule } from './relay.module.js';
export { RelayStatus } from './relay-status.js';
export type { PipelineStatus, RelaySnapshot, StopCode } from './relay-status.js';
export { Settlements } from './settlements.js';
export type { Settlement } from './settlements.js';
export { DirectDelivery } from './direct-delivery.js';
