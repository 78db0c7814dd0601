import { freePorts } from '../../dev/free-ports.js';
import { getJson, until, type HealthView } from '../support/bridge-api.js';
import { prepareBridge, startBridge } from '../support/bridge-setup.js';
import { sqliteFile } from '../support/sqlite-file.js';

const post = (url: string, body: object, headers: Record<string, string> = {}) =>
  fetch(`${url}/topics/nf`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

describe('With no Kafka in reach the bridge starts, accepts and tells the truth', () => {
  let nowhere: string[];

  beforeAll(async () => {
    nowhere = (await freePorts(2)).map((port) => `127.0.0.1:${port}`);
  });

  it('has its port open, answers 201 and keeps what it accepted over a kill', async () => {
    const { bridge, dispose } = await startBridge(nowhere, { CONFIRM_WAIT_MS: '300' });
    try {
      const answer = await post(bridge.url, { key: 'k', message_id: 'first', data: { n: 10.5 } });
      expect(answer.status).toBe(201);
      expect(answer.headers.get('location')).toBe('/messages/first');
      expect(await answer.json()).toMatchObject({
        success: true,
        confirmed: false,
        status: 'pending',
        offsets: [{ offset: '-1' }],
      });
      expect((await post(bridge.url, { data: 1 }, { prefer: 'respond-async' })).status).toBe(202);
      await bridge.restart();
      const health = await until(
        'the records are there after the kill',
        () => getJson<HealthView>(`${bridge.url}/health`),
        ({ outbox }) => outbox.pending === 2,
      );
      expect(health).toMatchObject({ status: 'unhealthy', kafka: { connected: false } });
      expect((await fetch(`${bridge.url}/health`)).status).toBe(200);
      expect((await fetch(`${bridge.url}/health/ready`)).status).toBe(200);
      const again = await post(bridge.url, { key: 'k', message_id: 'first', data: { n: 10.5 } });
      expect(again.status).toBe(201);
      expect(again.headers.get('idempotent-replayed')).toBe('true');
      const other = await post(bridge.url, { key: 'k', message_id: 'first', data: { n: 11 } });
      expect(other.status).toBe(422);
    } finally {
      await dispose();
    }
  }, 60_000);

  it('lets no second bridge work on the same file', async () => {
    const first = await startBridge(nowhere);
    const second = await prepareBridge(nowhere, { OUTBOX_URL: `sqlite:${first.database}` });
    try {
      const { ended } = await second.bridge.launch();
      const { code } = await ended;
      expect(code).toBe(73);
      expect(second.bridge.lines.join('\n')).toMatch(/storage_locked/);
      expect((await post(first.bridge.url, { data: 1 }, { prefer: 'wait=0' })).status).toBe(201);
    } finally {
      await second.dispose();
      await first.dispose();
    }
  }, 60_000);

  it("answers the users' own SQL while it runs", async () => {
    const { bridge, database, dispose } = await startBridge(nowhere, { CONFIRM_WAIT_MS: '0' });
    try {
      for (const id of ['a', 'b']) await post(bridge.url, { message_id: id, data: 1 });
      const rows = await sqliteFile(
        database,
        'SELECT message_id, topic, status, retry_count, created_at FROM outbox ORDER BY created_at DESC LIMIT 10',
      );
      const row = {
        topic: 'nf',
        status: 'pending',
        retry_count: 0,
        created_at: expect.any(Number),
      };
      expect(rows).toHaveLength(2);
      expect(rows).toEqual(
        expect.arrayContaining([
          { message_id: 'a', ...row },
          { message_id: 'b', ...row },
        ]),
      );
      const counts = 'SELECT status, COUNT(*) AS n FROM outbox GROUP BY status';
      expect(await sqliteFile(database, counts)).toEqual([{ status: 'pending', n: 2 }]);
      const errors = "SELECT last_error FROM outbox WHERE status = 'dlq'";
      expect(await sqliteFile(database, errors)).toEqual([]);
    } finally {
      await dispose();
    }
  }, 60_000);

  it('ends with 78 and names every fault of its configuration at once', async () => {
    const { bridge, dispose } = await prepareBridge(nowhere, {
      MAX_ATTEMPTS: 'many',
      DELIVERY: 'sometimes',
      PIPELINES: '0',
    });
    try {
      const { ended } = await bridge.launch();
      expect((await ended).code).toBe(78);
      const said = bridge.lines.join('\n');
      for (const name of ['MAX_ATTEMPTS', 'DELIVERY', 'PIPELINES']) expect(said).toContain(name);
    } finally {
      await dispose();
    }
  }, 60_000);
});
