import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { PROJECT_ROOT } from '../../dev/project-root.js';
import { created, Identities, writeIdentities } from '../../apps/bridge/src/access/index.js';
import { postJson } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

const SCRIPTS = join(PROJECT_ROOT, 'test', 'clients', 'scripts');

/** What the scripts call and a test must not: `sleep` ends the monitor after its first screen. */
const STUBS = {
  clear: '',
  sleep: 'kill -TERM "$PPID"',
  mail: '{ printf "%s | " "$@"; cat; } >> "$MAILBOX"',
};

/** The scripts of an installation that has them today, byte by byte, against this bridge. */
describe('the scripts in use', () => {
  let bridge: RunningBridge;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-scripts-'));
    for (const [name, body] of Object.entries(STUBS)) {
      await writeFile(join(folder, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
    }
    bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
    bridge.topics.partitions.set('orders', 1);
    await curlrc(bridge.port);
  });
  afterEach(async () => {
    await bridge.stop();
    await rm(folder, { recursive: true, force: true });
  });

  /** The scripts have their address in them; curl is led from there to this bridge. */
  const curlrc = (port: number, more = ''): Promise<void> =>
    writeFile(
      join(folder, '.curlrc'),
      `connect-to = "localhost:8081:127.0.0.1:${port}"\nnoproxy = "*"\n${more}`,
    );

  async function run(
    script: string,
  ): Promise<{ readonly code: number | null; readonly said: string }> {
    const child = spawn('bash', [join(SCRIPTS, script)], {
      env: {
        PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
        HOME: folder,
        MAILBOX: join(folder, 'mailbox'),
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: string[] = [];
    for (const output of [child.stdout, child.stderr]) {
      output.setEncoding('utf8').on('data', (text: string) => said.push(text));
    }
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, said: said.join('') };
  }

  const mailbox = async (): Promise<readonly string[]> => {
    const text = await readFile(join(folder, 'mailbox'), 'utf8').catch(() => '');
    return text.split('\n').filter((line) => line !== '');
  };
  const accept = (id: string) =>
    postJson(`${bridge.url}/topics/orders`, `{"key":"${id}","data":1,"message_id":"${id}"}`);

  test('monitor-kafka.sh shows every figure', async () => {
    await accept('sent');
    await bridge.relay.confirm(bridge.relay.accepted);
    await accept('waits');
    const { said } = await run('monitor-kafka.sh');
    for (const line of [
      /^Status: {8}healthy$/m,
      /^Kafka: {9}conectado$/m,
      /^Brokers: {7}localhost:9092$/m,
      /^Acks: {10}all$/m,
      /^Uptime: {8}\d+ s$/m,
      /^Memoria: {7}\d+ MB$/m,
      /^Recebidas: {5}2$/m,
      /^Enviadas: {6}1$/m,
      /^Falhas: {8}0$/m,
      /^Retries: {7}0$/m,
      /^DLQ: {11}0$/m,
      /^Total: 2 {2}Pendentes: 1 {2}Enviadas: 1 {2}Falhas: 0 {2}DLQ: 0$/m,
      /^Broker 1: localhost:9092$/m,
    ]) {
      expect(said).toMatch(line);
    }
    expect(said).not.toMatch(/null|error|erro/i);
  });

  test('alerts.sh is silent while all is well', async () => {
    await accept('waits');
    expect(await run('alerts.sh')).toMatchObject({ said: '' });
    expect(await mailbox()).toEqual([]);
  });

  test('alerts.sh tells of Kafka, of a backlog and of dead letters', async () => {
    for (let at = 0; at <= 100; at++) await accept(`waits-${at}`);
    await accept('dead');
    await bridge.relay.bury(bridge.relay.accepted.slice(-1));
    bridge.status.isConnected = false;
    expect(await run('alerts.sh')).toMatchObject({ said: '' });
    const to = 'ti@empresa.com.br';
    expect(await mailbox()).toEqual([
      `-s | [ALERTA KAFKA] Middleware unhealthy | ${to} | Status: unhealthy - Kafka conectado: false`,
      `-s | [ALERTA KAFKA] Outbox acumulando | ${to} | Mensagens pendentes: 101`,
      `-s | [ALERTA KAFKA] Mensagens na DLQ | ${to} | Total na DLQ: 1`,
    ]);
  });

  test('alerts.sh tells of a bridge that is down', async () => {
    await bridge.stop();
    expect(await run('alerts.sh')).toMatchObject({ code: 2 });
    expect(await mailbox()).toEqual([expect.stringContaining('Middleware fora do ar')]);
  });

  test('both go on as soon as there are keys, with a key to read in .curlrc', async () => {
    const request = { name: 'monitor', roles: ['read'], topics: ['*'], tenant: null } as const;
    const { entries, text } = created([], { ...request, validMs: null }, 'test', Date.now());
    writeIdentities(bridge.keysPath, new Identities(entries));
    bridge.lookAtKeys();
    await curlrc(bridge.port, `header = "Authorization: Bearer ${text}"\n`);
    expect((await run('monitor-kafka.sh')).said).toMatch(/^Status: {8}healthy$/m);
    await run('alerts.sh');
    expect(await mailbox()).toEqual([]);
  });
});
