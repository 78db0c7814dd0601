import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../../dev/free-ports.js';
import { BridgeProcess } from '../support/bridge-process.js';
import { Authority } from '../support/certificates.js';
import { json, postJson, until } from './client.js';
import { openTls, tlsFiles } from './tls-wire.js';
import { exchange, open, post } from './wire.js';

let folder: string;
let env: Record<string, string>;
const started: BridgeProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ponte-process-'));
  const [silent] = await freePorts(1);
  env = {
    OUTBOX_URL: `sqlite:${join(folder, 'outbox.db')}`,
    OUTBOX_BALLAST: '0',
    KAFKA_BROKERS: `127.0.0.1:${silent}`,
  };
});

afterEach(async () => {
  for (const bridge of started.splice(0)) await bridge.kill();
  await rm(folder, { recursive: true, force: true });
});

async function start(extra: Readonly<Record<string, string>> = {}): Promise<BridgeProcess> {
  const bridge = await BridgeProcess.start({ env: { ...env, ...extra } });
  started.push(bridge);
  return bridge;
}

/** Starts a bridge that is expected to refuse; resolves with its exit code and what it said. */
async function refusal(
  extra: Readonly<Record<string, string>>,
  port?: number,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const options = { env: { ...env, ...extra }, ...(port === undefined ? {} : { port }) };
  const bridge = await BridgeProcess.prepare(options);
  started.push(bridge);
  const { ended } = await bridge.launch();
  const { code } = await ended;
  return { code, said: bridge.lines.join('\n') };
}

function notJson({ lines }: BridgeProcess): string[] {
  return lines.filter((line) => !/^\{.*\}$/.test(line));
}

test('the port opens while Kafka is out of reach, and records are taken', async () => {
  const bridge = await start();
  const answer = await postJson(`${bridge.url}/topics/nf`, '{"data":1}', { prefer: 'wait=0' });
  expect(answer.status).toBe(201);
});

test('all faults of the configuration are told at once, and the process exits with 78', async () => {
  const { code, said } = await refusal({ DELIVERY: 'maybe', COMPRESSION: 'rar', HOST: '0.0.0.0' });
  expect(code).toBe(78);
  for (const variable of ['DELIVERY', 'COMPRESSION', 'HOST'])
    expect(said).toContain(`  ${variable}: `);
});

test('a second process on the same outbox says so and exits with 73', async () => {
  await start();
  const { code, said } = await refusal({});
  expect(code).toBe(73);
  expect(said).toContain('storage_locked');
});

test('a port that is taken is told without a stack, and the process exits with 69', async () => {
  const { port } = await start();
  const other = `sqlite:${join(folder, 'other.db')}`;
  const { code, said } = await refusal({ OUTBOX_URL: other, LOG_LEVEL: 'error' }, port);
  expect(code).toBe(69);
  expect(said.split('\n').at(-1)).toMatch(/^listen EADDRINUSE: address already in use/);
  expect(said).not.toContain('    at ');
});

test('a database that cannot be reached is told with the reason, without the password, and exits with 74', async () => {
  const [silent] = await freePorts(1);
  const url = `postgres://ponte:canary-password@127.0.0.1:${silent}/ponte?sslmode=verify-full`;
  const { code, said } = await refusal({ OUTBOX_URL: url });
  expect(code).toBe(74);
  expect(said).toMatch(
    /storage_unavailable: The PostgreSQL outbox cannot be opened: connect ECONN/,
  );
  expect(said).not.toContain('canary');
});

test('records that leave the machine in clear text are a warning at the start', async () => {
  // An address that is kept for documentation: nobody answers.
  const bridge = await start({ KAFKA_BROKERS: '192.0.2.1:9092' });
  const warnings = bridge.logs().filter(({ level }) => level === 'warn');
  expect(warnings.map(({ message }) => message)).toContainEqual(
    expect.stringContaining('Records go to Kafka in clear text'),
  );
});

test("Node's own warnings are lines of the log, too", async () => {
  const warning = 'process.once("SIGTERM", () => process.emitWarning("ten listeners too many"))';
  const preload = `--import=data:text/javascript,${encodeURIComponent(warning)}`;
  const bridge = await start({ NODE_OPTIONS: preload });
  await bridge.terminate();
  expect(bridge.lines.join('\n')).toContain('ten listeners too many');
  expect(notJson(bridge)).toEqual([]);
});

test('the log tells more after a signal, and as much as before after the next one', async () => {
  const bridge = await start({ LOG_LEVEL: 'error' });
  const changes = () =>
    bridge.logs().filter(({ message }) => message === 'The log level is changed');
  expect(changes()).toEqual([]);
  bridge.signal('SIGUSR2');
  await until(() => changes().length === 1);
  await fetch(`${bridge.url}/admin/log-level`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: '{"level":"info"}',
  });
  for (const count of [3, 4]) {
    bridge.signal('SIGUSR2');
    await until(() => changes().length === count);
  }
  expect(await bridge.terminate()).toBe(0);
  const by = 'SIGUSR2';
  expect(changes()).toMatchObject([
    { level: 'warn', params: { from: 'error', to: 'debug', by } },
    { params: { from: 'debug', to: 'info', by: 'anonymous' } },
    { params: { from: 'info', to: 'debug', by } },
    { params: { from: 'debug', to: 'error', by } },
  ]);
  // Told at `info`, and the log is at `error` again.
  expect(bridge.logs().map(({ message }) => message)).not.toContain('Stopped');
  expect(notJson(bridge)).toEqual([]);
});

test('noise and a client that goes away are a line each in the log, and no record', async () => {
  const bridge = await start();
  const noise = await exchange(bridge.port, '\x16\x03\x01\x02\x00\x01\r\n\r\n');
  expect(noise.status).toBe(400);
  const lines = (message: string) => bridge.logs().filter((line) => line['message'] === message);
  await until(() => lines('A connection is refused').length > 0);
  expect(lines('A connection is refused')).toMatchObject([
    { params: { code: 'bad_request_framing' } },
  ]);
  const socket = await open(bridge.port);
  const half = post('/topics/nf', '{"data":1}', { 'content-length': '100' });
  socket.write(half, () => socket.destroy());
  await until(() => lines('client_aborted').length > 0);
  expect(lines('client_aborted')).toHaveLength(1);
  const health = await json(`${bridge.url}/health`);
  expect(health.body).toMatchObject({ metrics: { totalReceived: 0 } });
});

describe('with TLS', () => {
  const hosts = ['127.0.0.1'];

  test('a flood of plain HTTP is one line in the log, and a new certificate needs no restart', async () => {
    const authority = await Authority.create('test');
    const files = await tlsFiles(folder, await authority.issue({ name: 'first', hosts }));
    const bridge = await BridgeProcess.prepare({ env: { ...env, ...files } });
    started.push(bridge);
    await bridge.launch();
    const lines = (message: string) => bridge.logs().filter((line) => line['message'] === message);
    await until(() => lines('Listening').length > 0);
    expect(lines('Listening')).toMatchObject([{ params: { tls: true } }]);
    for (let n = 0; n < 50; n++) {
      await expect(exchange(bridge.port, post('/topics/nf', '{"data":1}'))).rejects.toThrow(
        'closed',
      );
    }
    expect(lines('A TLS connection has failed')).toMatchObject([
      { params: { code: 'ERR_SSL_HTTP_REQUEST' } },
    ]);
    const nameShown = async (): Promise<unknown> => {
      const socket = await openTls(bridge.port, { ca: authority.cert });
      const name = socket.getPeerCertificate().subject['CN'];
      socket.destroy();
      return name;
    };
    expect(await nameShown()).toBe('first');
    await tlsFiles(folder, await authority.issue({ name: 'second', hosts }));
    while ((await nameShown()) !== 'second');
    expect(lines('The certificates were read again')).toHaveLength(1);
    expect(await bridge.terminate()).toBe(0);
  });

  test('a certificate that is not right stops the start with 78', async () => {
    const authority = await Authority.create('test');
    const { cert } = await authority.issue({ name: 'own', hosts });
    const { key } = await authority.issue({ name: 'other', hosts });
    const { code, said } = await refusal(await tlsFiles(folder, { cert, key }));
    expect([code, said]).toEqual([
      78,
      expect.stringContaining('  TLS_KEY_PATH: must name the key'),
    ]);
  });
});

test('SIGTERM answers who waits, and the process exits with 0', async () => {
  const bridge = await start();
  const body = '{"key":"cliente-4711","data":{"cpf":"39053344705"},"message_id":"waits"}';
  const waiting = postJson(`${bridge.url}/topics/nf`, body, { prefer: 'wait=60' });
  const known = async (): Promise<boolean> =>
    (await fetch(`${bridge.url}/messages/waits`)).status === 200;
  while (!(await known()));
  const code = await bridge.terminate();
  const answer = await waiting;
  expect(answer.status).toBe(201);
  expect(answer.body).toMatchObject({ message_id: 'waits', confirmed: false });
  expect(code).toBe(0);
  const said = bridge.lines.join('\n');
  expect(notJson(bridge)).toEqual([]);
  expect(said).not.toMatch(/4711|39053344705/);
});
