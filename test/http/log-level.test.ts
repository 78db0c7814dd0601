import { checkAudit, listAudit, type AuditLine } from '@bridge/outbox';
import {
  created,
  Identities,
  Tenants,
  writeIdentities,
} from '../../apps/bridge/src/access/index.js';
import { json, postJson } from './client.js';
import { startBridge, type RunningBridge } from './running-bridge.js';

describe('the level of the log', () => {
  let bridge: RunningBridge;

  beforeEach(async () => {
    bridge = await startBridge({ LOG_LEVEL: 'warn' });
  });
  afterEach(() => bridge.stop());

  const change = (level: string, headers: Readonly<Record<string, string>> = {}) =>
    postJson(`${bridge.url}/admin/log-level`, JSON.stringify({ level }), headers, 'PUT');

  async function audited(): Promise<readonly unknown[]> {
    expect((await checkAudit(bridge.outboxUrl, null)).findings).toEqual([]);
    const lines: AuditLine[] = [];
    await listAudit(bridge.outboxUrl, 0, (line) => lines.push(line));
    return lines
      .filter(({ action }) => action === 'log_level')
      .map(({ actor, detail }) => [actor, detail]);
  }

  test('is changed until the next start, and the audit has who did so', async () => {
    const changed = await change('debug');
    expect([changed.status, changed.body]).toEqual([200, { level: 'debug', configured: 'warn' }]);
    await change('error');
    const { body } = await json(`${bridge.url}/admin/log-level`);
    expect(body).toEqual({ level: 'error', configured: 'warn' });
    expect(await audited()).toEqual([
      ['anonymous', 'warn to debug'],
      ['anonymous', 'debug to error'],
    ]);
  });

  test('is changed by an administrator of no tenant, and by nobody else', async () => {
    const key = (role: 'read' | 'admin', tenant: string | null) => {
      const request = { name: `${role}-${tenant}`, roles: [role], topics: ['*'], tenant };
      return created([], { ...request, validMs: null }, 'test', Date.now());
    };
    const keys = [key('read', null), key('admin', 'acme'), key('admin', null)];
    const entries = keys.flatMap((one) => one.entries);
    const tenants = new Tenants([{ name: 'acme', topics: ['*'], changed_by: 'test' }]);
    writeIdentities(bridge.keysPath, new Identities(entries, tenants));
    bridge.lookAtKeys();
    const statuses: number[] = [];
    for (const { text } of keys) {
      const { status } = await change('info', { authorization: `Bearer ${text}` });
      statuses.push(status);
    }
    expect([(await change('info')).status, ...statuses]).toEqual([401, 403, 403, 200]);
    expect(await audited()).toEqual([['admin-null', 'warn to info']]);
  });
});
