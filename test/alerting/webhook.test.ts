import type { LookupAddress } from 'node:dns';
import { Webhook, type Resolve } from '../../apps/bridge/src/alerting/webhook.js';
import { hookServer, type HookServer } from './hook-server.js';

const NO_PAUSE = [0, 0];
const to =
  (...addresses: string[]): Resolve =>
  (_name, done) => {
    const found: LookupAddress[] = addresses.map((address) => ({ address, family: 4 }));
    done(null, found);
  };

describe('a webhook', () => {
  let server: HookServer;

  beforeEach(async () => (server = await hookServer()));
  afterEach(() => server.close());

  const hook = (url = server.url, mayBePrivate = false, resolve?: Resolve): Webhook =>
    new Webhook({ url, mayBePrivate }, resolve, NO_PAUSE);

  test('gets one JSON text as Slack takes it', async () => {
    await hook().post('Ponte: "ção"\n');
    expect(server.bodies).toEqual(['{"text":"Ponte: \\"ção\\"\\n"}']);
    expect(server.seen[0]).toMatchObject({
      path: '/services/T0/B0/secret-canary',
      headers: { 'content-type': 'application/json', 'content-length': '29' },
    });
  });

  test.each([301, 302, 307, 308])('that answers %d leads nowhere', async (status) => {
    server.next.push(status);
    await expect(hook().post('x')).rejects.toThrow(`it answers ${status}`);
    expect(server.seen.map(({ path }) => path)).toEqual(['/services/T0/B0/secret-canary']);
  });

  test('is tried three times while it may be better a moment later', async () => {
    server.next.push(503, 429);
    await hook().post('x');
    expect(server.bodies).toHaveLength(3);
    server.next.push(500, 500, 500);
    await expect(hook().post('y')).rejects.toThrow('it answers 500');
    expect(server.bodies).toHaveLength(6);
  });

  test('is tried once where it refuses', async () => {
    server.next.push(404);
    await expect(hook().post('x')).rejects.toThrow('it answers 404');
    expect(server.bodies).toHaveLength(1);
  });

  test('whose answer does not come is given up, without a word of its URL', async () => {
    server.next.push('hang');
    const failure = await new Webhook({ url: server.url, mayBePrivate: false }, undefined, [])
      .post('x')
      .catch((error: unknown) => String(error));
    expect(failure).toMatch(/does not answer within 5000 ms/);
    expect(failure).not.toMatch(/canary|services/);
  });

  test('that cannot be reached is told by its code', async () => {
    await server.close();
    await expect(hook().post('x')).rejects.toThrow('ECONNREFUSED');
  });

  describe('with a name', () => {
    const named = (): string => `http://hooks.example:${server.port}/`;

    test.each(['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1'])(
      'that leads to %s is not called',
      async (address) => {
        const failing = hook(named(), false, to(address)).post('x');
        await expect(failing).rejects.toThrow('private network');
        expect(server.bodies).toEqual([]);
      },
    );

    test('of which one address is private is not called', async () => {
      const failing = hook(named(), false, to('8.8.8.8', '127.0.0.1')).post('x');
      await expect(failing).rejects.toThrow('private network');
    });

    test('is asked for once in a call, and what was looked at is what is connected to', async () => {
      let asked = 0;
      const resolve: Resolve = (name, done) => {
        asked++;
        // Whoever asked again would be led astray.
        to(asked === 1 ? '127.0.0.1' : '192.0.2.1')(name, done);
      };
      await hook(named(), true, resolve).post('x');
      expect([asked, server.bodies.length]).toEqual([1, 1]);
    });
  });

  test.each(['https://10.0.0.1/', 'https://[fd00::1]/', 'https://169.254.169.254/x'])(
    '%s is not called',
    async (url) => {
      await expect(hook(url).post('x')).rejects.toThrow('private network');
    },
  );
});
