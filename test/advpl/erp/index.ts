export { tableOf, type TableDefinition } from './database/definition.js';
export type { Plain } from './database/table.js';
export { fromErpText, toErpText } from './encoding.js';
export { FakeErp, type ErpOptions, type Hooks, type RestRelease } from './erp.js';
export { FatalError, Killed, RunTimeError } from './run/faults.js';
export type { Source } from './run/program.js';
export { AdvplDate, type Value } from './run/values.js';
export type { Environment, ErpThread } from './thread.js';
