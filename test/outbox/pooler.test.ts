import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { Reconciliation } from '@bridge/outbox';
import { until } from '../support/bridge-api.js';
import { Opened, postgresTestEngine } from './engines.js';
import { accepted, invoice } from './records.js';

/** What docs/scaling.md tells the operator to give to the role. */
const ROLE = [
  'enable_seqscan = off',
  'enable_hashjoin = off',
  'enable_mergejoin = off',
  'lock_timeout = 8000',
  'idle_in_transaction_session_timeout = 5000',
];

const LONG = 4;

/** As PgBouncer does with `ignore_startup_parameters = options`: what a session is started with does not arrive. */
class Pooler {
  private constructor(
    private readonly server: Server,
    private readonly sockets: Set<Socket>,
  ) {}

  static async start(port: number): Promise<Pooler> {
    const sockets = new Set<Socket>();
    const server = createServer((client) => {
      const upstream = connect(port, '127.0.0.1');
      for (const [from, to] of [
        [client, upstream],
        [upstream, client],
      ] as const) {
        sockets.add(from);
        from.on('error', () => to.destroy());
        from.on('close', () => to.destroy());
      }
      upstream.pipe(client);
      client.once('data', (start: Buffer) => {
        upstream.write(withoutOptions(start));
        client.pipe(upstream);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Pooler(server, sockets);
  }

  urlOf(url: string): string {
    const pooled = new URL(url);
    pooled.port = String((this.server.address() as AddressInfo).port);
    return pooled.href;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A StartupMessage: length, version, then names and values that end with a zero byte each, and one more. */
function withoutOptions(start: Buffer): Buffer {
  const texts = start
    .subarray(2 * LONG, -2)
    .toString('latin1')
    .split('\0');
  const kept = texts.filter((_, at) => texts[at - (at % 2)] !== 'options');
  const body = Buffer.from(`${kept.join('\0')}\0\0`, 'latin1');
  const head = Buffer.from(start.subarray(0, 2 * LONG));
  head.writeUInt32BE(head.length + body.length);
  return Buffer.concat([head, body]);
}

describe('an outbox behind a pooler', () => {
  const engine = postgresTestEngine();
  const opened = new Opened();
  let pooler: Pooler;
  let url: string;
  let pooled: string;

  beforeAll(async () => {
    await engine.start();
    pooler = await Pooler.start(Number(new URL(await engine.freshUrl()).port));
  });
  afterAll(async () => {
    await pooler?.stop();
    await engine.stop();
  });
  beforeEach(async () => {
    url = await engine.freshUrl();
    pooled = pooler.urlOf(url);
  });
  afterEach(() => opened.closeAll());

  const giveSettings = async (): Promise<void> => {
    const database = new URL(url).pathname.slice(1);
    for (const setting of ROLE) {
      await engine.server().query(`ALTER ROLE ponte IN DATABASE ${database} SET ${setting}`);
    }
  };
  const locks = () =>
    engine.look(
      url,
      "SELECT l.mode FROM pg_locks AS l, pg_database AS d WHERE l.locktype = 'advisory'" +
        ' AND d.oid = l.database AND d.datname = current_database()',
    );
  const listening = () =>
    engine.look(
      url,
      "SELECT query FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'",
    );
  const alone = (at: string) => Reconciliation.open({ url: at, ballastBytes: 0 });

  it('is refused while the role does not have the settings that a session cannot have', async () => {
    await expect(opened.open(pooled)).rejects.toMatchObject({
      code: 'storage_unsafe',
      message: expect.stringContaining('A pooler') as string,
    });
  });

  describe('with the settings given to the role', () => {
    beforeEach(giveSettings);

    it('leaves nothing behind that would be another session’s', async () => {
      const store = await opened.open(pooled);
      await store.leases?.renew();
      await accepted(store, invoice('a'));
      expect(await locks()).toEqual([]);
      expect(await listening()).toEqual([]);
    });

    it('is not written while somebody has it alone, and is afterwards', async () => {
      const store = await opened.open(pooled);
      const reconciliation = await alone(url);
      await expect(store.accept([invoice('a')])).rejects.toMatchObject({
        code: 'storage_unavailable',
        retryable: true,
      });
      await expect(opened.open(pooled)).rejects.toMatchObject({ code: 'storage_locked' });
      await reconciliation.close();
      expect(await store.accept([invoice('a')])).toMatchObject([{ outcome: 'accepted' }]);
    });

    it('is nobody’s alone while a bridge behind the pooler renews its lease', async () => {
      const store = await opened.open(pooled);
      await store.leases?.renew();
      const renewing = setInterval(() => void store.leases?.renew(), 1_000);
      try {
        await expect(alone(url)).rejects.toMatchObject({ code: 'storage_locked' });
      } finally {
        clearInterval(renewing);
      }
      await store.leases?.leave();
      await (await alone(url)).close();
    });

    it('is nobody’s alone through the pooler', async () => {
      await expect(alone(pooled)).rejects.toMatchObject({
        code: 'storage_locked',
        message: expect.stringContaining('not of a pooler') as string,
      });
    });

    it('hears nothing, and looks at everything instead', async () => {
      const [one, other] = [await opened.open(pooled), await opened.open(pooled)];
      let looks = 0;
      other.onAcceptedElsewhere((ids) => {
        if (ids === null) looks++;
      });
      await accepted(one, invoice('a'));
      await until(
        'it looks',
        () => Promise.resolve(looks),
        (seen) => seen > 0,
      );
    });
  });
});
