import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeProcess } from './bridge-process.js';

/** A bridge with an SQLite outbox in a temporary folder of its own. */
export interface BridgeSetup {
  readonly bridge: BridgeProcess;
  readonly folder: string;
  readonly database: string;
  /** Kills the bridge and removes the folder. */
  readonly dispose: () => Promise<void>;
}

/** Variables that keep a test from depending on the machine's disk. */
const TEST_ENV = { OUTBOX_BALLAST: '0', MIN_FREE_DISK: '1 MiB' };

/** Prepares a bridge that is not started yet. */
export async function prepareBridge(
  bootstrap: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<BridgeSetup> {
  const folder = await mkdtemp(join(tmpdir(), 'ponte-test-'));
  const database = join(folder, 'live', 'outbox.db');
  const bridge = await BridgeProcess.prepare({
    env: {
      ...TEST_ENV,
      KAFKA_BROKERS: bootstrap.join(','),
      OUTBOX_URL: `sqlite:${database}`,
      ...env,
    },
  });
  const dispose = async (): Promise<void> => {
    await bridge.kill();
    await rm(folder, { recursive: true, force: true });
  };
  return { bridge, folder, database, dispose };
}

/** As `prepareBridge`, and started. */
export async function startBridge(
  bootstrap: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<BridgeSetup> {
  const setup = await prepareBridge(bootstrap, env);
  await setup.bridge.start();
  return setup;
}
