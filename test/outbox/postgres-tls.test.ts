import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutbox, type OutboxStore } from '@bridge/outbox';
import { Client } from 'pg';
import { clientOptions } from '../../libs/outbox/src/postgres/postgres-client.js';
import { Authority, type Certified } from '../support/certificates.js';
import { giveToServer, startPostgres, type PostgresServer } from '../support/postgres.js';
import { accepted, invoice } from './records.js';

/** By TLS only with a certificate of the user `ponte`, whose name it holds; in clear text for whoever looks on. */
const RULES = `
hostssl   all ponte 127.0.0.1/32 cert
hostnossl all ponte 127.0.0.1/32 trust
`;

describe('an outbox on PostgreSQL by TLS', () => {
  let folder = '';
  let server: PostgresServer;
  let url = '';
  const at = (file: string): string => join(folder, file);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-postgres-tls-'));
    await giveToServer(folder, 0o755);
    const authority = await Authority.create('the authority');
    const write = async (name: string, { cert, key }: Certified): Promise<void> => {
      await writeFile(at(`${name}.crt`), cert);
      await writeFile(at(`${name}.key`), key);
      await giveToServer(at(`${name}.key`), 0o600);
    };
    await writeFile(at('ca.crt'), authority.cert);
    await writeFile(at('other-ca.crt'), (await Authority.create('another')).cert);
    await writeFile(at('rules.conf'), RULES);
    // For 127.0.0.1, not for localhost: one server is right and wrong, as it is called.
    await write('server', await authority.issue({ name: 'server', hosts: ['127.0.0.1'] }));
    await write('client', await authority.issue({ name: 'ponte' }));
    await write('stranger', await authority.issue({ name: 'somebody' }));
    server = await startPostgres([
      'ssl=on',
      `ssl_cert_file=${at('server.crt')}`,
      `ssl_key_file=${at('server.key')}`,
      `ssl_ca_file=${at('ca.crt')}`,
      `hba_file=${at('rules.conf')}`,
    ]);
    url = await server.database();
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const withQuery = (query: Readonly<Record<string, string>>, host = '127.0.0.1'): string => {
    const made = new URL(url.replace('127.0.0.1', host));
    for (const [name, value] of Object.entries(query)) made.searchParams.set(name, value);
    return made.href;
  };
  const own = (): Record<string, string> => ({
    sslcert: at('client.crt'),
    sslkey: at('client.key'),
  });
  const full = (): Record<string, string> => ({
    sslmode: 'verify-full',
    sslrootcert: at('ca.crt'),
    ...own(),
  });

  test('works over encrypted connections only, as the user of its certificate', async () => {
    const store: OutboxStore = await openOutbox({ url: withQuery(full()), ballastBytes: 0 });
    try {
      const [record] = await accepted(store, invoice('a'));
      expect(record).toMatchObject({ messageId: 'a' });
      const connections = await server.query(
        'SELECT DISTINCT ssl, version, client_dn FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)' +
          " WHERE application_name = 'ponte-outbox'",
      );
      expect(connections).toEqual([{ ssl: true, version: 'TLSv1.3', client_dn: '/CN=ponte' }]);
    } finally {
      await store.close();
    }
  });

  test.each<[string, () => string, string]>([
    [
      'of another authority',
      () => withQuery({ ...full(), sslrootcert: at('other-ca.crt') }),
      'self-signed certificate in certificate chain',
    ],
    [
      'for another host',
      () => withQuery(full(), 'localhost'),
      "Hostname/IP does not match certificate's altnames",
    ],
    [
      'with an authority that nobody has named',
      () => withQuery({ ...own(), sslmode: 'verify-full' }),
      'self-signed certificate in certificate chain',
    ],
    [
      'while ours is missing',
      () => withQuery({ sslmode: 'verify-full', sslrootcert: at('ca.crt') }),
      'connection requires a valid client certificate',
    ],
    [
      "while ours is another user's",
      () => withQuery({ ...full(), sslcert: at('stranger.crt'), sslkey: at('stranger.key') }),
      'certificate authentication failed for user "ponte"',
    ],
    [
      'whose authority is in no file',
      () => withQuery({ ...full(), sslrootcert: at('nowhere.crt') }),
      'ENOENT: no such file or directory',
    ],
  ])('says what is wrong with a certificate %s', async (_, urlOf, words) => {
    await expect(openOutbox({ url: urlOf(), ballastBytes: 0 })).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining(`cannot be opened: ${words}`) as string,
    });
  });

  /** How a connection is that comes about, with the right authority and with another one; null when none does. */
  const connect = async (connectionString: string): Promise<boolean | null> => {
    const client = new Client(clientOptions(connectionString));
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rows } = await client.query<{ ssl: boolean }>(
        'SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()',
      );
      return rows[0]?.ssl ?? null;
    } catch {
      return null;
    } finally {
      await client.end().catch(() => undefined);
    }
  };

  const CLEAR = { right: false, otherAuthority: false, otherName: false };
  const VERIFIED = { right: true, otherAuthority: null, otherName: null };
  const UNVERIFIED = { right: true, otherAuthority: true, otherName: true };

  test.each([
    ['disable', CLEAR],
    ['prefer', VERIFIED],
    ['require', VERIFIED],
    ['verify-ca', VERIFIED],
    ['verify-full', VERIFIED],
    ['allow', VERIFIED],
    ['no-verify', UNVERIFIED],
  ])('the driver takes sslmode=%s as docs/configuration.md says', async (sslmode, expected) => {
    const found = {
      right: await connect(withQuery({ ...full(), sslmode })),
      otherAuthority: await connect(
        withQuery({ ...full(), sslmode, sslrootcert: at('other-ca.crt') }),
      ),
      otherName: await connect(withQuery({ ...full(), sslmode }, 'localhost')),
    };
    expect(found).toEqual(expected);
  });

  test('the driver takes no sslmode, and libpq compatibility, as docs/configuration.md says', async () => {
    expect(await connect(url)).toBe(false);
    const { sslcert = '', sslkey = '' } = own();
    expect(await connect(withQuery({ sslcert, sslkey, sslrootcert: at('ca.crt') }))).toBe(true);
    expect(await connect(withQuery({ ssl: 'true' }))).toBeNull();
    const compatible = { uselibpqcompat: 'true', sslmode: 'require', sslcert, sslkey };
    expect(await connect(withQuery(compatible, 'localhost'))).toBe(true);
  });
});
