import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SqliteConnection } from '../../libs/outbox/src/sqlite/sqlite-connection.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { refusal, refused } from './refusal.js';
import type { RunningBridge } from './running-bridge.js';
import { exchange, post } from './wire.js';
import { GOOD, withBridge } from './with-bridge.js';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ponte-storage-'));
  file = join(folder, 'outbox', 'outbox.db');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const withDatabase = (run: (bridge: RunningBridge) => Promise<void>) =>
  withBridge({ OUTBOX_URL: `sqlite:${file}`, CONFIRM_WAIT_MS: '0' }, run);

const JSON_V2 = { 'content-type': 'application/vnd.kafka.json.v2+json' };
const good = post('/topics/orders', GOOD);

test('what the database does not take is answered with 503, in every language, and nothing is stored', async () => {
  await withDatabase(async (bridge) => {
    await sqliteFile(
      file,
      `CREATE TRIGGER broken BEFORE INSERT ON record
       BEGIN SELECT RAISE(ABORT, 'INSERT INTO record failed'); END`,
    );
    const answer = await exchange(bridge.port, good);
    expect(refusal(answer)).toEqual(refused(503, 'storage_unavailable'));
    expect(answer.headers.get('retry-after')).toMatch(/^[1-5]$/);
    const list = post('/topics/orders', `{"records":[${GOOD},${GOOD}]}`);
    expect(refusal(await exchange(bridge.port, list))).toEqual(refused(503, 'storage_unavailable'));
    const v2 = await exchange(
      bridge.port,
      post('/topics/orders', '{"records":[{"value":1}]}', JSON_V2),
    );
    expect([v2.status, JSON.parse(v2.body)]).toEqual([
      503,
      { error_code: 503, message: 'The storage failed; nothing is confirmed' },
    ]);
    expect(bridge.store.stats().totals.received).toBe(0);
    await sqliteFile(file, 'DROP TRIGGER broken');
    expect((await exchange(bridge.port, good)).status).toBe(201);
    expect(bridge.store.stats().totals.received).toBe(1);
  });
});

test('a database that somebody else holds is answered with 503, and the bridge goes on when it is free', async () => {
  await withDatabase(async (bridge) => {
    const shell = await SqliteConnection.open(file, 'read and write');
    await shell.query('BEGIN IMMEDIATE');
    const answers = await Promise.all([1, 2].map(() => exchange(bridge.port, good)));
    expect(answers.map(refusal)).toEqual([
      refused(503, 'storage_unavailable'),
      refused(503, 'storage_unavailable'),
    ]);
    await shell.query('ROLLBACK');
    await shell.close();
    expect((await exchange(bridge.port, good)).status).toBe(201);
    expect(bridge.store.stats().totals.received).toBe(1);
  });
});

test('a question that the database does not answer is answered with 503, and nothing of SQL', async () => {
  await withDatabase(async (bridge) => {
    await exchange(bridge.port, post('/topics/orders', '{"data":1,"message_id":"known"}'));
    await sqliteFile(file, 'ALTER TABLE record RENAME COLUMN message_id TO lost');
    const paths = ['/messages/known', '/messages?limit=1', '/admin/dead-letters/known'];
    for (const path of paths) {
      const answer = await exchange(bridge.port, `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`);
      expect(refusal(answer)).toEqual(refused(503, 'storage_unavailable'));
      expect(answer.body).not.toMatch(/column|outbox|sqlite/i);
    }
    await sqliteFile(file, 'ALTER TABLE record RENAME COLUMN lost TO message_id');
    expect((await exchange(bridge.port, good)).status).toBe(201);
  });
});
