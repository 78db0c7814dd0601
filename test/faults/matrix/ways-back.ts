import { copyFile, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { BridgeSetup } from '../../support/bridge-setup.js';
import type { Load } from '../../support/oracle/load.js';
import { sqliteFile } from '../../support/sqlite-file.js';
import type { FaultyWorld } from './faulty-world.js';
import { outbox } from './way-out.js';

export interface Scene {
  readonly world: FaultyWorld;
  readonly setup: BridgeSetup;
  readonly load: Load;
  /** Name of a copy of the database, in an empty folder of its own. */
  readonly copy: string;
}

/** One way in which a database comes to be older than Kafka. */
export interface WayBack {
  readonly name: string;
  /** What the bridge says then; null: it puts it right by itself. */
  readonly code: 'LEDGER_AHEAD' | 'RECONCILE_NEEDED' | null;
  /** The bridge runs before and after. What is posted next is in no copy. */
  before(scene: Scene): Promise<void>;
  /** The bridge is down after it, its database older. Returns the ids that waited and are gone with it. */
  goBack(scene: Scene): Promise<readonly string[]>;
}

const nothing = async (): Promise<void> => undefined;

export const WAYS_BACK: readonly WayBack[] = [
  { name: '-wal deleted', code: null, before: nothing, goBack: loseLog },
  { name: '-wal and its second name', code: 'LEDGER_AHEAD', before: nothing, goBack: loseBoth },
  { name: 'older copy', code: 'LEDGER_AHEAD', before: copyStopped, goBack: restore },
  { name: 'older backup', code: 'RECONCILE_NEEDED', before: backUp, goBack: restore },
];

async function loseLog({ setup: { bridge, database } }: Scene): Promise<readonly string[]> {
  await bridge.kill();
  await remove(database, ['-wal', '-shm']);
  return [];
}

/** What is left is the database as it was when the log was last moved into it. */
async function loseBoth({ setup, load, copy }: Scene): Promise<readonly string[]> {
  const { bridge, database } = setup;
  const alone = `${copy}.alone`;
  for (;;) {
    await bridge.kill();
    await copyDatabase(database, copy);
    await copyFile(database, alone);
    if ((await committedIn(alone)) < (await committedIn(copy))) break;
    // It was killed between that moment and the next batch: nothing is older.
    await bridge.start();
    await load.untilMoreConfirmed(5);
  }
  await remove(database, ['-wal', '-shm', '.log']);
  return waitingIn(copy);
}

/** Copies the files of the stopped bridge while records wait in them that are sent afterwards. */
async function copyStopped({ world, setup, load, copy }: Scene): Promise<void> {
  world.proxy.setLine({ state: 'closed' });
  await load.untilMore(20);
  await setup.bridge.terminate();
  await copyDatabase(setup.database, copy);
  world.proxy.heal();
  await setup.bridge.start();
  await load.untilMoreConfirmed(20);
}

/** With the bridge's own command, under load. */
async function backUp({ setup, load, copy }: Scene): Promise<void> {
  await outbox(setup, ['backup', copy], 0);
  await load.untilMoreConfirmed(20);
}

async function restore({ setup: { bridge, database }, copy }: Scene): Promise<readonly string[]> {
  await bridge.terminate();
  const waiting = await waitingIn(database);
  const folder = dirname(database);
  for (const file of await readdir(folder)) await rm(join(folder, file));
  await copyDatabase(copy, database);
  return waiting;
}

async function remove(database: string, ends: readonly string[]): Promise<void> {
  for (const end of ends) await rm(`${database}${end}`);
}

/** With its write-ahead log, where there is one: whoever opens the database itself moves the log into it. */
async function copyDatabase(from: string, to: string): Promise<void> {
  for (const file of await readdir(dirname(from))) {
    for (const end of ['', '-wal']) {
      if (file === `${basename(from)}${end}`) await copyFile(`${from}${end}`, `${to}${end}`);
    }
  }
}

async function waitingIn(database: string): Promise<string[]> {
  const rows = await sqliteFile(
    database,
    "SELECT message_id FROM outbox WHERE status IN ('pending', 'failed')",
  );
  return rows.map((row) => String(row['message_id']));
}

async function committedIn(database: string): Promise<number> {
  const [row] = await sqliteFile(
    database,
    "SELECT committed_number FROM pipeline WHERE name = 'main-0'",
  );
  return Number(row?.['committed_number'] ?? 0);
}
