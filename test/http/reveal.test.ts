import { listAudit, type AuditLine } from '@bridge/outbox';
import {
  created,
  Identities,
  writeIdentities,
  type Role,
} from '../../apps/bridge/src/access/index.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { CPF } from './canary.js';
import { json, postJson } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

const MASKED = '***.982.247-**';
const BINARY = Buffer.from([0xff, 0x00]);

describe('what is personal in a record', () => {
  let bridge: RunningBridge;
  let entries: Parameters<typeof created>[0] = [];

  beforeEach(async () => {
    entries = [];
    bridge = await startBridge({ CONFIRM_WAIT_MS: '0' });
    bridge.topics.partitions.set('orders', 1);
    const body = `{"key":"${CPF}","data":{"cpf":"${CPF}"},"headers":{"dono":"${CPF}"},"message_id":"dead"}`;
    await postJson(`${bridge.url}/topics/orders`, body);
    const letters = bridge.relay.accepted;
    const error = `The key ${CPF} is refused`;
    await bridge.store.bury(letters.map(({ id }) => ({ id, code: 'invalid_record', error })));
  });
  afterEach(() => bridge.stop());

  const keyFor = (name: string, ...roles: readonly Role[]): Record<string, string> => {
    const request = { name, roles, topics: ['*'], tenant: null, validMs: null };
    const made = created(entries, request, 'test', Date.now());
    ({ entries } = made);
    writeIdentities(bridge.keysPath, new Identities(entries));
    bridge.lookAtKeys();
    return { authorization: `Bearer ${made.text ?? ''}` };
  };
  const get = (path: string, headers: Record<string, string> = {}) =>
    json(bridge.url + path, { headers });
  const audit = async (): Promise<readonly Partial<AuditLine>[]> => {
    const lines: AuditLine[] = [];
    await listAudit(bridge.outboxUrl, 0, (line) => lines.push(line));
    return lines
      .filter(({ action }) => action.startsWith('reveal'))
      .map(({ actor, action, messageId, topic, reason }) => ({
        actor,
        action,
        messageId,
        topic,
        reason,
      }));
  };

  test('is masked in lists and details', async () => {
    const error = `The key ${MASKED} is refused`;
    const item = { key: MASKED, last_error: error };
    expect((await get('/messages')).body['items']).toMatchObject([item]);
    expect((await get('/admin/dead-letters')).body['items']).toMatchObject([item]);
    expect((await get('/messages/dead')).body).toMatchObject({ ...item, attempts: [{ error }] });
    const letter = await get('/admin/dead-letters/dead');
    expect(letter.body).toMatchObject({ ...item, attempts: [{ error }], value_bytes: 21 });
    expect(JSON.stringify(letter.body)).not.toContain(CPF);
    expect(letter.body).not.toHaveProperty('value');
    expect(await audit()).toEqual([]);
  });

  test('is shown to whoever may, for a reason, which is kept before it is shown', async () => {
    const maria = keyFor('maria', 'read', 'reveal');
    const letter = await get('/admin/dead-letters/dead?reveal=chamado%2012', maria);
    expect(letter.status).toBe(200);
    expect(letter.body).toMatchObject({
      key: CPF,
      value: { encoding: 'utf-8', data: `{"cpf":"${CPF}"}` },
    });
    const header = { name: 'dono', value_bytes: 11, value: { encoding: 'utf-8', data: CPF } };
    expect(letter.body['headers']).toContainEqual(header);
    expect((await get('/messages/dead?reveal=again', maria)).body['key']).toBe(CPF);
    const row = { actor: 'maria', action: 'reveal', messageId: 'dead', topic: 'orders' };
    expect(await audit()).toEqual([
      { ...row, reason: 'chamado 12' },
      { ...row, reason: 'again' },
    ]);
  });

  test('is not shown while it cannot be written down', async () => {
    const refusing = "BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END";
    await sqliteFile(bridge.outboxUrl.slice('sqlite:'.length), `CREATE TRIGGER broken ${refusing}`);
    const { status, body } = await get('/admin/dead-letters/dead?reveal=chamado');
    expect(status).toBe(503);
    expect(JSON.stringify(body)).not.toContain(CPF);
  });

  test('is refused to everybody else, who is written down once', async () => {
    const rui = keyFor('rui', 'read', 'admin', 'replay', 'produce');
    for (const path of ['/admin/dead-letters/dead', '/messages/dead', '/messages/dead']) {
      const { status, body } = await get(`${path}?reveal=curious`, rui);
      expect([status, body['code']]).toEqual([403, 'reveal_denied']);
      expect(JSON.stringify(body)).not.toContain(CPF);
    }
    const row = { actor: 'rui', messageId: 'dead', topic: 'orders', reason: 'curious' };
    const denied = { ...row, action: 'reveal_denied' };
    // Once by each of the two routes.
    expect(await audit()).toEqual([denied, denied]);
    const only = keyFor('only', 'reveal');
    expect((await get('/messages/dead?reveal=why', only)).body['code']).toBe('forbidden');
  });

  test('is shown to anybody where there are no keys, as anonymous', async () => {
    const { body } = await get('/admin/dead-letters/dead?reveal=test');
    expect(body['key']).toBe(CPF);
    expect(await audit()).toMatchObject([{ actor: 'anonymous', reason: 'test' }]);
  });

  test('may be no text', async () => {
    const octets = { 'content-type': 'application/octet-stream', 'idempotency-key': 'raw' };
    await fetch(`${bridge.url}/topics/orders`, {
      method: 'POST',
      headers: octets,
      body: new Uint8Array(BINARY),
    });
    await bridge.relay.bury(bridge.relay.accepted.slice(-1));
    const { body } = await get('/admin/dead-letters/raw?reveal=test');
    expect(body['value']).toEqual({ encoding: 'base64', data: BINARY.toString('base64') });
  });
});
