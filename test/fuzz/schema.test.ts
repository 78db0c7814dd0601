import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { created, Identities, ROLES, writeIdentities } from '../../apps/bridge/src/access/index.js';
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
const CASES_WITH_A_KEY = '5';
/**
 * `positive_data_acceptance`: a document cannot say that `data: null` needs a key, or that a cursor must be ours.
 * `allow_header_conformance`: `GET /admin/dead-letters/replay` is that of a record whose id is `replay`.
 */
const LEFT_OUT = 'positive_data_acceptance,allow_header_conformance';

let bridge: RunningBridge;
let folder: string;

beforeEach(async () => {
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

afterEach(async () => {
  await bridge.stop();
  await rm(folder, { recursive: true, force: true });
});

/** @returns how many requests were made. @throws Error with what was answered otherwise than the document says. */
async function requestsMade(cases: string, ...more: readonly string[]): Promise<number> {
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
  const amount = ['--phases', 'examples,coverage,fuzzing', '-n', cases];
  const choice = ['--seed', '1', '--generation-deterministic', '--exclude-checks', LEFT_OUT];
  // A slow machine is no fault.
  const patience = ['--suppress-health-check', 'too_slow', '--request-timeout', '60'];
  const all = [...args, ...amount, ...choice, ...patience, ...more];
  const { code, said } = await runSchemathesis(await installSchemathesis(), all, folder);
  if (code !== 0) throw new Error(said.slice(-SHOWN_CHARACTERS));
  return Number(/(\d+) generated/.exec(said)?.[1] ?? 0);
}

test(
  'requests made by the OpenAPI document are answered as it says',
  async () => {
    await postTo(bridge, '{"data":1,"message_id":"nf-99-01-000001-001-inclusao"}');
    await bridge.relay.bury(bridge.relay.accepted);
    expect(await requestsMade(CASES_OF_AN_OPERATION)).toBeGreaterThan(300);
  },
  LIMIT_MS,
);

test(
  'so are those with a key, and without it nothing is answered but that',
  async () => {
    const request = { name: 'scanner', roles: ROLES, topics: ['*'], validMs: null };
    const { entries, text } = created([], request, 'test', Date.now());
    writeIdentities(bridge.keysPath, new Identities(entries));
    bridge.lookAtKeys();
    const key = `Authorization: Bearer ${text ?? ''}`;
    expect(await requestsMade(CASES_WITH_A_KEY, '--header', key)).toBeGreaterThan(150);
  },
  LIMIT_MS,
);
