import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { startBridge, type RunningBridge } from '../http/running-bridge.js';
import { postTo } from '../http/with-bridge.js';
import { installSchemathesis, runSchemathesis } from './schemathesis.js';

/*
 * Schemathesis makes requests by the OpenAPI document, right ones and wrong ones, and holds the answers against it. It
 * needs Python 3 with venv, as the clients in other languages do.
 */

const CONFIG = join(PROJECT_ROOT, 'test', 'fuzz', 'schemathesis.toml');
const LIMIT_MS = 300_000;
const SHOWN_CHARACTERS = 5_000;
const CASES_OF_AN_OPERATION = '20';
/**
 * `positive_data_acceptance`: a document cannot say that `data: null` needs a key, or that a cursor must be ours.
 * `allow_header_conformance`: `GET /admin/dead-letters/replay` is that of a record whose id is `replay`.
 */
const LEFT_OUT = 'positive_data_acceptance,allow_header_conformance';

let bridge: RunningBridge;
let folder: string;

beforeAll(async () => {
  bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
  for (const topic of ['orders', 'nf-emitidas', 'nf-corrigidas']) {
    bridge.topics.partitions.set(topic, 3);
  }
  const remove = bridge.topics.delete.bind(bridge.topics);
  // Requests go on after the one that deletes a topic, and most of them need it.
  bridge.topics.delete = async (topic) => {
    await remove(topic);
    bridge.topics.partitions.set(topic, 3);
  };
  folder = await mkdtemp(join(tmpdir(), 'ponte-schema-'));
});

afterAll(async () => {
  await bridge.stop();
  await rm(folder, { recursive: true, force: true });
});

test(
  'requests made by the OpenAPI document are answered as it says',
  async () => {
    await postTo(bridge, '{"data":1,"message_id":"nf-99-01-000001-001-inclusao"}');
    await bridge.relay.bury(bridge.relay.accepted);
    // In the third version each record would wait for Kafka for half a minute.
    bridge.relay.confirmAll();
    const args = [
      '--config-file',
      CONFIG,
      'run',
      `${bridge.url}/openapi.json`,
      '--no-color',
      '--continue-on-failure',
    ];
    const amount = ['--phases', 'examples,coverage,fuzzing', '-n', CASES_OF_AN_OPERATION];
    const choice = ['--seed', '1', '--generation-deterministic', '--exclude-checks', LEFT_OUT];
    // A slow machine is no fault.
    const patience = ['--suppress-health-check', 'too_slow', '--request-timeout', '60'];
    const all = [...args, ...amount, ...choice, ...patience];
    const { code, said } = await runSchemathesis(await installSchemathesis(), all, folder);
    const generated = Number(/(\d+) generated/.exec(said)?.[1] ?? 0);
    if (code !== 0) throw new Error(said.slice(-SHOWN_CHARACTERS));
    expect(generated).toBeGreaterThan(300);
  },
  LIMIT_MS,
);
