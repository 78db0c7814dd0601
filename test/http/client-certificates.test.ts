import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import {
  created,
  revoked,
  Identities,
  writeIdentities,
  type Identity,
} from '../../apps/bridge/src/access/index.js';
import { Authority, type Certified } from '../support/certificates.js';
import { startBridge, type RunningBridge } from './running-bridge.js';
import { exchangeTls, openTls, tlsFiles } from './tls-wire.js';
import { post, readAnswer } from './wire.js';

const HOSTS = ['127.0.0.1'];

describe('a caller with a certificate', () => {
  let folder: string;
  let ours: Authority;
  let clientCa: string;
  let bridge: RunningBridge;
  let entries: readonly Identity[] = [];

  const grant = (
    certificate: string | undefined,
    topics: readonly string[] = ['*'],
    validMs: number | null = null,
  ): string => {
    const request = { name: 'x', roles: ['produce'], topics, validMs, certificate } as const;
    const made = created(entries, request, 'test', Date.now() - 60_000);
    entries = made.entries;
    writeIdentities(bridge.keysPath, new Identities(entries));
    bridge.lookAtKeys();
    return made.text ?? made.id;
  };
  const options = (certified: Certified | null) => ({ ca: ours.cert, ...certified });
  const statusOf = async (
    certified: Certified | null,
    headers: Readonly<Record<string, string>> = {},
    topic = 'orders',
  ): Promise<number> => {
    const request = post(`/topics/${topic}`, '{"data":1}', headers);
    return (await exchangeTls(bridge.port, options(certified), request)).status;
  };
  const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
  const client = (name: string): Promise<Certified> => ours.issue({ name });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-mtls-'));
    ours = await Authority.create('ours');
    clientCa = join(folder, 'clients.crt');
    await writeFile(clientCa, ours.cert);
    const files = await tlsFiles(folder, await ours.issue({ name: 'bridge', hosts: HOSTS }));
    bridge = await startBridge({ ...files, TLS_CLIENT_CA_PATH: clientCa, CONFIRM_WAIT_MS: '0' });
    bridge.topics.partitions.set('orders', 1);
    grant('CN=protheus', ['orders']);
  });
  afterAll(async () => {
    await bridge.stop();
    await rm(folder, { recursive: true });
  });

  it('is let in with its rights, also when the session is resumed', async () => {
    const certified = await client('protheus');
    expect(await statusOf(certified)).toBe(201);
    expect(await statusOf(certified, {}, 'others')).toBe(403);
    const first = await openTls(bridge.port, options(certified));
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve));
    first.destroy();
    const second: TLSSocket = await openTls(bridge.port, { ...options(certified), session });
    expect(second.isSessionReused()).toBe(true);
    const answer = readAnswer(second);
    second.write(post('/topics/orders', '{"data":1}'));
    expect((await answer).status).toBe(201);
    second.destroy();
  });

  it('is known by an alternative name or its fingerprint', async () => {
    const names = [
      { type: 'dns', value: 'erp.example' },
      { type: 'url', value: 'spiffe://example/erp' },
    ] as const;
    const certified = await ours.issue({ name: 'any', names });
    const byDns = grant('DNS=erp.example');
    expect(await statusOf(certified)).toBe(201);
    entries = revoked(entries, byDns, 'maria', Date.now())?.entries ?? [];
    const byUri = grant('URI=spiffe://example/erp');
    expect(await statusOf(certified)).toBe(201);
    entries = revoked(entries, byUri, 'maria', Date.now())?.entries ?? [];
    grant('CN=nobody');
    expect(await statusOf(certified)).toBe(401);
    const socket = await openTls(bridge.port, options(certified));
    const own = socket.getX509Certificate();
    socket.destroy();
    grant(`SHA256=${own?.fingerprint256.replaceAll(':', '').toLowerCase()}`);
    expect(await statusOf(certified)).toBe(201);
  });

  it.each<[string, () => Promise<Certified | null>]>([
    ['none', async () => null],
    [
      'one of another authority',
      async () => (await Authority.create('ours')).issue({ name: 'protheus' }),
    ],
    ['one that has expired', () => ours.issue({ name: 'protheus', expired: true })],
    ['one for servers', () => ours.issue({ name: 'protheus', usage: 'server' })],
    ['one that does not say what for', () => ours.issue({ name: 'protheus', usage: 'none' })],
    ['a name that is not known', () => client('Protheus')],
    ['a name that only begins so', () => client('protheus.evil')],
    [
      'the name in another place',
      () => ours.issue({ name: 'x', names: [{ type: 'dns', value: 'protheus' }] }),
    ],
    // Node once made two names of it (CVE-2021-44532).
    [
      'a name within a name',
      () =>
        ours.issue({
          name: 'x',
          names: [{ type: 'dns', value: 'x, URI:spiffe://known, DNS:y' }],
        }),
    ],
  ])('is not let in with %s, and a key lets it in', async (_name, make) => {
    const key = grant(undefined);
    grant('URI=spiffe://known');
    const certified = await make();
    const forged = { 'x-client-cert': 'CN=protheus', 'x-forwarded-client-cert': 'CN=protheus' };
    expect(await statusOf(certified, forged)).toBe(401);
    expect(await statusOf(certified, bearer(key))).toBe(201);
    entries = revoked(entries, entries.at(-1)?.id ?? '', 'maria', Date.now())?.entries ?? [];
  });

  it('is who the key says where it shows one, and nobody with a wrong one', async () => {
    const certified = await client('protheus');
    const key = grant(undefined, ['others']);
    bridge.topics.partitions.set('others', 1);
    expect(await statusOf(certified, bearer(key), 'others')).toBe(201);
    expect(await statusOf(certified, bearer(key), 'orders')).toBe(403);
    expect(await statusOf(certified, bearer('wrong'))).toBe(401);
  });

  it('ends when it is revoked or its time is over, on connections that are open', async () => {
    const certified = await client('short');
    const id = grant('CN=short');
    const socket = await openTls(bridge.port, options(certified));
    const asked = async (): Promise<number> => {
      const answer = readAnswer(socket);
      socket.write(post('/topics/orders', '{"data":1}'));
      return (await answer).status;
    };
    expect(await asked()).toBe(201);
    entries = revoked(entries, id, 'maria', Date.now())?.entries ?? [];
    const until = grant('CN=short', ['*'], 1);
    expect(await asked()).toBe(401);
    entries = revoked(entries, until, 'maria', Date.now())?.entries ?? [];
    grant('CN=short');
    expect(await asked()).toBe(201);
    socket.destroy();
  });

  it('must be of an authority that stands in the file now, also with a session from before', async () => {
    const next = await Authority.create('next');
    const certified = await client('protheus');
    const first = await openTls(bridge.port, options(certified));
    const session = await new Promise<Buffer>((resolve) => first.once('session', resolve));
    first.destroy();
    await writeFile(clientCa, next.cert);
    bridge.lookAtCertificate();
    expect(await statusOf(await next.issue({ name: 'protheus' }))).toBe(201);
    const request = post('/topics/orders', '{"data":1}');
    const resumed = await exchangeTls(bridge.port, { ...options(certified), session }, request);
    expect(resumed.status).toBe(401);
    await writeFile(clientCa, ours.cert);
    bridge.lookAtCertificate();
    expect(await statusOf(certified)).toBe(201);
  });
});
