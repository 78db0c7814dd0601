import type { FaultRow } from './row.js';
import { backlogRows } from './rows/backlog.js';
import { bridgeRows } from './rows/bridge.js';
import { brokerRows } from './rows/brokers.js';
import { lineRows } from './rows/line.js';
import { processRows } from './rows/process.js';
import { wireRows } from './rows/wire.js';

/** Every row of the fault matrix, by number. */
export const ROWS: readonly FaultRow[] = [
  ...bridgeRows,
  ...processRows,
  ...wireRows,
  ...lineRows,
  ...brokerRows,
  ...backlogRows,
].toSorted((a, b) => a.number - b.number);
