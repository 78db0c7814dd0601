import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { backupSqlite, checkAudit, openOutbox, recoverSqlite } from '@bridge/outbox';
import { sqliteFile } from '../support/sqlite-file.js';
import { destroyPages, leafPagesWith } from './damaged-file.js';
import { auditCommand, keysCommand } from './outbox-command.js';

const ROWS = 200;

describe('the audit and its command', () => {
  let folder: string;
  let file: string;
  let env: Readonly<Record<string, string>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-audit-'));
    file = join(folder, 'outbox.db');
    env = {
      OUTBOX_URL: `sqlite:${file}`,
      OUTBOX_BALLAST: '0',
      KEYS_PATH: join(folder, 'keys.json'),
    };
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = () => openOutbox({ url: `sqlite:${file}`, ballastBytes: 0 });

  /** Rows that fill several pages. */
  async function fill(): Promise<void> {
    const store = await open();
    const entry = { actor: 'ana', action: 'topic_create', messageId: '', topic: 'notas' };
    const details = Array.from({ length: ROWS }, (_, n) => `row-${n}-${'x'.repeat(200)}`);
    await store.note(details.map((detail) => ({ ...entry, detail })));
    await store.close();
  }

  const recover = () =>
    recoverSqlite(file, { trust: () => true, outboxId: null, onProgress: () => undefined });

  it('finds a backup in order, also when it goes on by itself', async () => {
    await fill();
    const backup = join(folder, 'backup.db');
    await backupSqlite(file, backup);
    const store = await openOutbox({ url: `sqlite:${backup}`, ballastBytes: 0 });
    await store.note([{ actor: 'ana', action: 'reveal', messageId: 'm', topic: 't' }]);
    await store.close();
    const checked = await checkAudit(`sqlite:${backup}`, null);
    expect(checked).toMatchObject({ count: ROWS + 1, findings: [] });
    await expect(sqliteFile(backup, 'DELETE FROM audit')).rejects.toThrow('append-only');
  });

  it('knows after a recovery what was lost, and sees what somebody takes away besides', async () => {
    await fill();
    await destroyPages(file, (await leafPagesWith(file, 'row-100-')).slice(0, 1));
    expect(await recover()).not.toBeNull();
    const lost = await auditCommand(env, 'check');
    expect(lost).toMatchObject({ code: 0 });
    expect(lost.said).toContain('lost with a damaged database');
    const [{ n } = { n: 0 }] = await sqliteFile(file, 'SELECT COUNT(*) AS n FROM audit');
    expect(n).toBeGreaterThan(ROWS / 2);
    expect(n).toBeLessThan(ROWS);
    const store = await open();
    await store.note([{ actor: 'ana', action: 'reveal', messageId: 'm', topic: 't' }]);
    await store.close();
    await sqliteFile(file, 'DROP TRIGGER audit_no_delete');
    await sqliteFile(file, 'DELETE FROM audit WHERE id = 7');
    const removed = await auditCommand(env, 'check');
    expect([removed.code, removed.said.split('\n')[0]]).toEqual([
      1,
      'removed: the row 7 is missing.',
    ]);
  });

  it('is chained when a damaged database of a version without a chain is recovered', async () => {
    await fill();
    for (const statement of [
      ...['no_update', 'no_delete', 'chained'].map((name) => `DROP TRIGGER audit_${name}`),
      'ALTER TABLE audit DROP COLUMN hash',
      'ALTER TABLE payload DROP COLUMN key_id',
      'DROP TABLE subject',
      "DELETE FROM meta WHERE name = 'audit_head'",
      'DELETE FROM migrations WHERE timestamp >= 1764160000000',
    ]) {
      await sqliteFile(file, statement);
    }
    await destroyPages(file, (await leafPagesWith(file, 'row-100-')).slice(0, 1));
    expect(await recover()).not.toBeNull();
    const { count, findings, head } = await checkAudit(`sqlite:${file}`, null);
    expect(count).toBeGreaterThan(ROWS / 2);
    expect(findings.filter(({ known }) => !known)).toEqual([]);
    const store = await open();
    expect(await store.auditHead()).toEqual(head);
    await store.note([{ actor: 'ana', action: 'reveal', messageId: 'm', topic: 't' }]);
    await store.close();
    expect(
      (await checkAudit(`sqlite:${file}`, head)).findings.filter(({ known }) => !known),
    ).toEqual([]);
  });

  it('is whole after the first page of the file was lost, which tells where every table begins', async () => {
    await fill();
    await destroyPages(file, [1]);
    expect((await recover())?.damage[0]).toContain('not a database');
    expect(await checkAudit(`sqlite:${file}`, null)).toMatchObject({ count: ROWS, findings: [] });
  });

  it('goes on after a recovery that has lost the last rows', async () => {
    await fill();
    const noted = (await auditCommand(env, 'check', '--json')).json['head'] as string;
    await destroyPages(file, (await leafPagesWith(file, `row-${ROWS - 1}-`)).slice(0, 1));
    expect(await recover()).not.toBeNull();
    const checked = await auditCommand(env, 'check', '--json', '--head', noted);
    expect(checked.code).toBe(0);
    expect(checked.json['findings']).toMatchObject([{ fault: 'removed', id: ROWS, known: true }]);
    expect(checked.json['head']).toMatch(new RegExp(`^${ROWS + 1}:`));
  });

  it('is listed, checked against a noted head, and says how it ends by its exit code', async () => {
    await fill();
    const { code, said, json } = await auditCommand(env, 'check', '--json');
    expect([code, json['count']]).toEqual([0, ROWS]);
    expect(said).toContain(`"head":"${ROWS}:`);
    const head = json['head'] as string;
    expect((await auditCommand(env, 'check', '--head', head)).code).toBe(0);
    const other = head.replace(/.$/, head.endsWith('0') ? '1' : '0');
    const anew = await auditCommand(env, 'check', '--head', other);
    expect([anew.code, anew.said.split(':')[0]]).toEqual([1, 'other']);
    const listed = await auditCommand(env, 'list', '--since', '1h');
    expect(listed.said.trim().split('\n')).toHaveLength(ROWS);
    expect(listed.said).toMatch(/^1 {2}20\d\d-.*Z {2}ana {2}topic_create {2}notas {2}row-0-x/);
    expect((await auditCommand(env, 'list', '--since', '2999-01-01')).said).toBe('');
    expect((await auditCommand(env, 'check', '--head', '12')).code).toBe(64);
    expect((await auditCommand(env, 'list', '--head', head)).code).toBe(64);
    const gone = { ...env, OUTBOX_URL: `sqlite:${file}.gone` };
    expect((await auditCommand(gone, 'check')).code).toBe(2);
    expect((await auditCommand({ ...env, PORT: 'x' }, 'check')).code).toBe(78);
  });

  it('is checked by a version that finds no chain in it', async () => {
    await fill();
    await sqliteFile(file, 'ALTER TABLE audit RENAME COLUMN hash TO hash_of_old');
    const { code, said } = await auditCommand(env, 'check');
    expect([code, said]).toEqual([
      2,
      'storage_unavailable: The audit of this outbox is not chained yet. Start the bridge on it once.\n',
    ]);
  });

  it('gets the name of whoever ends a key by the file of the keys', async () => {
    await keysCommand(env, 'create', 'protheus', '--role', 'read', '--topic', '*');
    const listed = (await keysCommand(env, 'list')).said;
    const ended = await keysCommand(env, 'revoke', listed.slice(0, 16));
    expect(ended.code).toBe(0);
    const { identities } = JSON.parse(await readFile(env['KEYS_PATH'] ?? '', 'utf8')) as {
      readonly identities: readonly object[];
    };
    const me = userInfo().username;
    expect(identities).toMatchObject([{ created_by: me, changed_by: me }]);
  });
});
