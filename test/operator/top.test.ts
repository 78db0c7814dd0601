import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { created, Identities, writeIdentities } from '../../apps/bridge/src/access/index.js';
import { freePorts } from '../../dev/free-ports.js';
import { postJson } from '../http/client.js';
import { getJson, until } from '../support/bridge-api.js';
import { BridgeProcess } from '../support/bridge-process.js';
import { topCommand } from './outbox-command.js';

describe('npm run top', () => {
  let folder: string;
  let bridge: BridgeProcess;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-top-'));
    const [silent] = await freePorts(1);
    bridge = await BridgeProcess.start({
      env: {
        OUTBOX_URL: `sqlite:${join(folder, 'outbox.db')}`,
        OUTBOX_BALLAST: '0',
        MIN_FREE_DISK: '1 MiB',
        KAFKA_BROKERS: `127.0.0.1:${silent}`,
        KEYS_PATH: join(folder, 'keys.json'),
        CONFIRM_WAIT_MS: '0',
      },
    });
  });
  afterEach(async () => {
    await bridge.kill();
    await rm(folder, { recursive: true, force: true });
  });

  interface Health {
    readonly details: {
      readonly kafka: {
        readonly pipelines: readonly {
          readonly name: string;
          readonly waiting_since: string | null;
          readonly last_error_code: string | null;
        }[];
      };
    };
  }

  test('--once shows what waits, since when and why', async () => {
    await postJson(`${bridge.url}/topics/nf`, '{"key":"52998224725","data":1}');
    await until(
      'the outage is more than a second old',
      () => getJson<Health>(`${bridge.url}/health`),
      ({ details }) =>
        details.kafka.pipelines.some(
          ({ name, waiting_since: since, last_error_code: code }) =>
            name === 'main-0' && code !== null && Date.parse(since ?? '') < Date.now() - 1_000,
        ),
    );
    const { code, said } = await topCommand({ PORT: String(bridge.port) }, '--once');
    expect(code).toBe(0);
    expect(said).toMatch(/^accepted {9}0\.0\/s +1 in all$/m);
    expect(said).toMatch(/^backlog {10}1 pending, 0 failed +0\.0 MiB, the oldest \d+ s$/m);
    expect(said).toMatch(/^lanes {12}64 of 64 +instances: 1$/m);
    expect(said).toMatch(/^main-0 {11}\w+ +\d+ s, kafka_unavailable: \S/m);
    expect(said).not.toMatch(/52998224725|NaN|undefined/);
  });

  test('--once says why it can show nothing', async () => {
    const request = { name: 'top', roles: ['read'], topics: ['*'], tenant: null } as const;
    const { entries, text } = created([], { ...request, validMs: null }, 'test', Date.now());
    writeIdentities(join(folder, 'keys.json'), new Identities(entries));
    await until(
      'the key is known',
      () => topCommand({}, bridge.url, '--once'),
      ({ code, said }) => code === 2 && said.includes('--key-file'),
    );
    const file = join(folder, 'key');
    await writeFile(file, `${text}\n`);
    expect((await topCommand({}, bridge.url, '--once', '--key-file', file)).code).toBe(0);
    await bridge.kill();
    const gone = await topCommand({}, bridge.url, '--once', '--key-file', file);
    expect([gone.code, gone.said]).toEqual([2, 'no answer: ECONNREFUSED\n']);
    expect((await topCommand({}, '--loud')).code).toBe(64);
  });
});
