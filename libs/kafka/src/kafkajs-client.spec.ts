import { once } from 'node:events';
import net, { type AddressInfo, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import tls from 'node:tls';
import { Authority, type Certified } from '../../../test/support/certificates.js';
import { AdminConnection } from './admin-connection.js';
import type { KafkaError } from './kafka.error.js';
import type { KafkaConnection } from './kafkajs-client.js';

const ask = async (connection: KafkaConnection): Promise<KafkaError> => {
  const admin = new AdminConnection(connection);
  try {
    return await admin
      .run('ask', () => Promise.reject(new Error('it has connected')))
      .catch((error: KafkaError) => error);
  } finally {
    await admin.close();
  }
};

async function listening(server: Server, host = '127.0.0.1'): Promise<string> {
  server.listen(0, host);
  await once(server, 'listening');
  return `${host}:${(server.address() as AddressInfo).port}`;
}

describe('a connection by TLS', () => {
  let authority: Authority;
  let own: Certified;
  const defaults = { version: tls.DEFAULT_MIN_VERSION, ciphers: tls.DEFAULT_CIPHERS };

  beforeAll(async () => {
    authority = await Authority.create('test');
    own = await authority.issue({ name: 'broker', hosts: ['127.0.0.1'] });
    // So that Node would speak the old versions if it were let.
    tls.DEFAULT_MIN_VERSION = 'TLSv1';
    tls.DEFAULT_CIPHERS = 'DEFAULT@SECLEVEL=0';
  });

  afterAll(() => {
    tls.DEFAULT_MIN_VERSION = defaults.version;
    tls.DEFAULT_CIPHERS = defaults.ciphers;
  });

  const withServer = async (
    versions: tls.SecureContextOptions,
  ): Promise<{ readonly said: string; readonly secured: number }> => {
    let secured = 0;
    const server = tls.createServer({ ...own, ...versions }, (socket) => {
      secured += 1;
      socket.on('error', () => undefined).end();
    });
    const broker = await listening(server);
    const ssl = { ca: authority.cert, cert: null, key: null, passphrase: null };
    const { message } = await ask({ brokers: [broker], clientId: 'test', ssl, sasl: null });
    server.close();
    return { said: message, secured };
  };

  test.each(['TLSv1.2', 'TLSv1.3'] as const)('speaks %s', async (version) => {
    const { secured } = await withServer({ minVersion: version, maxVersion: version });
    expect(secured).toBeGreaterThan(0);
  });

  test.each(['TLSv1', 'TLSv1.1'] as const)('does not speak %s', async (version) => {
    const { said, secured } = await withServer({ minVersion: version, maxVersion: version });
    expect(secured).toBe(0);
    expect(said).toContain('the broker does not speak TLS 1.2 or 1.3');
  });
});

describe('a password in clear text', () => {
  const received: Buffer[] = [];
  const sasl = { mechanism: 'plain', username: 'u', password: 'canary' } as const;
  const elsewhere = Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

  const withBroker = async (host: string): Promise<KafkaError> => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => {
        received.push(data);
        socket.end();
      });
    });
    const broker = await listening(server, host);
    const answer = await ask({ brokers: [broker], clientId: 'test', ssl: null, sasl });
    server.close();
    return answer;
  };

  test('goes to a broker on this machine', async () => {
    await withBroker('127.0.0.1');
    expect(received.length).toBeGreaterThan(0);
  });

  test('goes nowhere else', async () => {
    received.splice(0);
    // Without a network there is no other address, and no way out.
    const { message } = await withBroker(elsewhere ?? '127.0.0.1');
    const isRefused = message.includes('a secret must not be sent to another machine without TLS');
    expect(isRefused && received.length === 0).toBe(elsewhere !== undefined);
  });
});
