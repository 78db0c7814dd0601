import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { Authority } from '../support/certificates.js';
import { refusal, refused } from './refusal.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchangeTls, openTls, tlsFiles } from './tls-wire.js';
import { open, post, readAnswer } from './wire.js';

const GOOD = post('/topics/orders', '{"data":1}');
const HOSTS = ['127.0.0.1', 'localhost'];

let folder: string;
let authority: Authority;
let files: { readonly TLS_CERT_PATH: string; readonly TLS_KEY_PATH: string };
let trusting: ConnectionOptions;

const closed = (socket: Socket): Promise<string> =>
  new Promise((resolve) => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.on('error', () => undefined);
    socket.once('close', () => resolve(text));
  });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ponte-tls-'));
  authority = await Authority.create('test');
  files = await tlsFiles(folder, await authority.issue({ name: 'bridge', hosts: HOSTS }));
  trusting = { ca: authority.cert };
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const NO_WAIT = { CONFIRM_WAIT_MS: '0', MAX_BODY_BYTES: '4096' };
const startWithTls = async (timeouts?: {
  readonly headersMs: number;
  readonly requestMs: number;
}): Promise<RunningBridge> => {
  const bridge = await startBridge({ ...NO_WAIT, ...files }, timeouts);
  bridge.topics.partitions.set('orders', 3);
  return bridge;
};

describe('with TLS', () => {
  let bridge: RunningBridge;
  const statusOf = async (options: ConnectionOptions): Promise<number> =>
    (await exchangeTls(bridge.port, options, GOOD)).status;

  beforeAll(async () => {
    bridge = await startWithTls();
  });
  afterAll(() => bridge.stop());

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('a record is posted by %s', async (version) => {
    const socket = await openTls(bridge.port, {
      ...trusting,
      minVersion: version,
      maxVersion: version,
    });
    expect([socket.authorized, socket.getProtocol()]).toEqual([true, version]);
    const answer = readAnswer(socket);
    socket.write(GOOD);
    expect((await answer).status).toBe(201);
    socket.destroy();
  });

  test.each<[string, ConnectionOptions]>([
    ['TLS 1.1', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' }],
    ['a cipher without AEAD', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' }],
    ['no authentication', { maxVersion: 'TLSv1.2', ciphers: 'aNULL:@SECLEVEL=0' }],
  ])('%s is not spoken', async (_name, options) => {
    await expect(openTls(bridge.port, { ...trusting, ...options })).rejects.toThrow(
      /alert|version/,
    );
  });

  test('the cipher is the one that the bridge prefers', async () => {
    const ciphers = 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256';
    const socket = await openTls(bridge.port, { ...trusting, maxVersion: 'TLSv1.2', ciphers });
    expect(socket.getCipher().name).toBe('ECDHE-ECDSA-AES128-GCM-SHA256');
    socket.destroy();
  });

  test('nobody negotiates again', async () => {
    const socket = await openTls(bridge.port, { ...trusting, maxVersion: 'TLSv1.2' });
    const again = await new Promise<Error | null>((resolve) => {
      socket.once('error', resolve);
      socket.renegotiate({}, resolve);
    });
    expect(again?.message).toMatch(/no renegotiation/);
    socket.destroy();
  });

  test('plain HTTP is closed without an answer, and the bridge goes on', async () => {
    const socket = await open(bridge.port);
    const ended = closed(socket);
    socket.write(GOOD);
    expect(await ended).toBe('');
    expect(await statusOf(trusting)).toBe(201);
  });

  test('headers and bodies have the limits that they have without it', async () => {
    const long = GOOD.toString().replace('\r\n', `\r\nx-a: ${'a'.repeat(20_000)}\r\n`);
    expect(refusal(await exchangeTls(bridge.port, trusting, long))).toEqual(
      refused(431, 'headers_too_large'),
    );
    const large = post('/topics/orders', ' '.repeat(5_000));
    expect(refusal(await exchangeTls(bridge.port, trusting, large))).toEqual(
      refused(413, 'payload_too_large'),
    );
    expect(await statusOf(trusting)).toBe(201);
  });

  test('a new certificate is shown to new connections, and the open ones go on', async () => {
    const before = await openTls(bridge.port, trusting);
    const serial = before.getPeerCertificate().serialNumber;
    await tlsFiles(folder, await authority.issue({ name: 'bridge', hosts: HOSTS }));
    bridge.lookAtCertificate();
    const after = await openTls(bridge.port, trusting);
    expect(after.getPeerCertificate().serialNumber).not.toBe(serial);
    for (const socket of [before, after]) {
      const answer = readAnswer(socket);
      socket.write(GOOD);
      expect((await answer).status).toBe(201);
      socket.destroy();
    }
    // Strict also after a change.
    const old: ConnectionOptions = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-SHA256' };
    await expect(openTls(bridge.port, { ...trusting, ...old })).rejects.toThrow(/alert/);
  });

  test.each<[string, () => Promise<unknown>]>([
    [
      "another's key",
      async () => writeFile(files.TLS_KEY_PATH, (await authority.issue({ name: 'other' })).key),
    ],
    ['half a file', () => writeFile(files.TLS_CERT_PATH, '-----BEGIN CERTIFICATE-----\nMIIB')],
    ['no file', () => rm(files.TLS_CERT_PATH)],
  ])('with %s the certificate stays as it was', async (_name, spoil) => {
    const good = await authority.issue({ name: 'bridge', hosts: HOSTS });
    await tlsFiles(folder, good);
    bridge.lookAtCertificate();
    await spoil();
    bridge.lookAtCertificate();
    expect(await statusOf(trusting)).toBe(201);
    await tlsFiles(folder, good);
  });
});

describe('with TLS, clients that take their time', () => {
  /** The beginning of a ClientHello. */
  const HELLO = Buffer.from('16030102000100 01fc0303'.replaceAll(' ', ''), 'hex');
  const START = 'POST /topics/orders HTTP/1.1\r\n';
  const timeouts = { headersMs: 300, requestMs: 600 };
  let bridge: RunningBridge;

  beforeAll(async () => {
    bridge = await startWithTls(timeouts);
  });
  afterAll(() => bridge.stop());

  test.each<[string, Buffer | null, Buffer | null]>([
    ['says nothing', null, null],
    ['begins only', HELLO, null],
    ['drips', HELLO, Buffer.from([0])],
  ])('a handshake that %s is given up', async (_name, start, drop) => {
    const socket = await open(bridge.port);
    const ended = closed(socket);
    if (start !== null) socket.write(start);
    const dripping = setInterval(() => void (drop === null || socket.write(drop)), 50);
    await ended.finally(() => clearInterval(dripping));
    expect((await exchangeTls(bridge.port, trusting, GOOD)).status).toBe(201);
  });

  test.each<[string, string, string | null]>([
    ['that says nothing', '', null],
    ['with a head that stays unfinished', START, null],
    ['with a head that drips', START, 'x'],
    [
      'with a body that drips',
      `${START}host: x\r\ncontent-type: application/json\r\ncontent-length: 4000\r\n\r\n`,
      ' ',
    ],
  ])('a connection %s is given up with 408', async (_name, start, drop) => {
    const socket = await openTls(bridge.port, trusting);
    const answer = readAnswer(socket);
    if (start !== '') socket.write(start);
    const dripping = setInterval(() => void (drop === null || socket.write(drop)), 50);
    expect(refusal(await answer.finally(() => clearInterval(dripping)))).toEqual(
      refused(408, 'request_timeout'),
    );
    socket.destroy();
  });

  test('a stop does not wait for a handshake', async () => {
    const stopping = await startWithTls({ headersMs: 200_000, requestMs: 200_000 });
    const socket = await open(stopping.port);
    const ended = closed(socket);
    socket.write(HELLO);
    await stopping.stop();
    expect(await ended).toBe('');
  });
});
