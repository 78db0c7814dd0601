import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { freePorts } from '../../dev/free-ports.js';
import { BridgeProcess } from '../support/bridge-process.js';

let data: string;
let bridge: BridgeProcess | null = null;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'ponte-process-'));
});

afterEach(async () => {
  await bridge?.kill();
  bridge = null;
  await rm(data, { recursive: true, force: true });
});

test('the bridge answers, survives its own kill, and ends in good order', async () => {
  bridge = await BridgeProcess.start({ env: await withoutKafka() });
  const first = bridge.pid;
  expect((await fetch(`${bridge.url}/health/live`)).status).toBe(200);
  expect(bridge.port).toBeLessThan(32_768);

  await bridge.restart();
  expect(bridge.pid).not.toBe(first);
  expect((await fetch(`${bridge.url}/health/live`)).status).toBe(200);

  expect(await bridge.terminate()).toBe(0);
  await expect(fetch(`${bridge.url}/health/live`)).rejects.toThrow('fetch failed');
});

test('a bridge that refuses to start is told with its last lines', async () => {
  const env = { ...(await withoutKafka()), LINGER_MS: 'soon' };

  await expect(BridgeProcess.start({ env })).rejects.toThrow(/ended with 78[^]*LINGER_MS/);
});

/** A cluster that is not there: the bridge starts all the same. */
async function withoutKafka(): Promise<Record<string, string>> {
  const [port] = await freePorts(1);
  return {
    KAFKA_BROKERS: `127.0.0.1:${port}`,
    OUTBOX_URL: `sqlite:${join(data, 'outbox.db')}`,
  };
}
