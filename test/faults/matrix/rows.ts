import type { FaultRow } from './row.js';
import { backlogRows } from './rows/backlog.js';
import { bridgeRows } from './rows/bridge.js';
import { brokerDiskRows } from './rows/broker-disk.js';
import { brokerRows } from './rows/brokers.js';
import { clientRows } from './rows/clients.js';
import { damageRows } from './rows/damage.js';
import { diskRows } from './rows/disk.js';
import { instanceRows } from './rows/instances.js';
import { lineRows } from './rows/line.js';
import { olderRows } from './rows/older.js';
import { overloadRows } from './rows/overload.js';
import { poisonRows } from './rows/poison.js';
import { processRows } from './rows/process.js';
import { replayRows } from './rows/replays.js';
import { secondProcessRows } from './rows/second-process.js';
import { storageRows } from './rows/storage.js';
import { topicRows } from './rows/topics.js';
import { volumeRows } from './rows/volume.js';
import { wireRows } from './rows/wire.js';

/** Every row of the fault matrix, by number. */
export const ROWS: readonly FaultRow[] = [
  ...bridgeRows,
  ...processRows,
  ...wireRows,
  ...lineRows,
  ...brokerRows,
  ...brokerDiskRows,
  ...backlogRows,
  ...clientRows,
  ...topicRows,
  ...poisonRows,
  ...replayRows,
  ...overloadRows,
  ...storageRows,
  ...diskRows,
  ...damageRows,
  ...olderRows,
  ...secondProcessRows,
  ...instanceRows,
  ...volumeRows,
].toSorted((a, b) => a.number - b.number);
