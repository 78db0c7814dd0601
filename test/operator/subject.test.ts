import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import {
  checkAudit,
  listAudit,
  openOutbox,
  type AuditLine,
  type OutboxStore,
} from '@bridge/outbox';
import { marksOf } from '../../apps/bridge/src/ingestion/marks.js';
import { CPF } from '../http/canary.js';
import { accepted, invoice, sent } from '../outbox/records.js';
import { sqliteFile } from '../support/sqlite-file.js';
import { subjectCommand } from './outbox-command.js';

const SECRET = Buffer.alloc(32, 7);
const WRITTEN = '529.982.247-25';

describe('npm run subject', () => {
  let folder: string;
  let file: string;
  let url: string;
  let env: Readonly<Record<string, string>>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ponte-subject-'));
    file = join(folder, 'outbox.db');
    url = `sqlite:${file}`;
    env = {
      OUTBOX_URL: url,
      OUTBOX_BALLAST: '0',
      KEYS_PATH: join(folder, 'keys.json'),
      SUBJECTS_KEY_PATH: join(folder, 'subjects.keys'),
    };
    await writeFile(env['SUBJECTS_KEY_PATH'] ?? '', `2026:${SECRET.toString('base64')}\n`);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const open = (): Promise<OutboxStore> => openOutbox({ url, ballastBytes: 0 });
  const about = (id: string, text: string) => {
    const record = invoice(id, { value: Buffer.from(text) });
    return { ...record, subjects: marksOf(record, SECRET) };
  };

  /** Two that were sent, one that waits and one that is dead, all of one person; and another one's. */
  async function fill(): Promise<void> {
    const store = await open();
    const [one, two, waits, dead, other] = await accepted(
      store,
      about('one', `{"cpf":"${WRITTEN}"}`),
      about('two', `contents-of-two ${CPF}`),
      about('waits', `x ${CPF}`),
      about('dead', CPF),
      about('other', 'contents-of-other maria@empresa.com.br'),
    );
    if (one === undefined || two === undefined || dead === undefined || other === undefined)
      throw new Error('none');
    await sent(store, [one, two, other]);
    await store.bury([{ id: dead.id, code: 'c', error: 'e' }]);
    expect(waits?.status).toBe('pending');
    await store.close();
  }
  async function audited(): Promise<readonly AuditLine[]> {
    expect((await checkAudit(url, null)).findings).toEqual([]);
    const lines: AuditLine[] = [];
    await listAudit(url, 0, (line) => lines.push(line));
    return lines;
  }
  const named = (list: unknown) => (list as { message_id: string }[]).map((one) => one.message_id);

  it('finds the records of somebody, beside a running bridge, without the name on the command line', async () => {
    await fill();
    const running = await open();
    const { code, json, said } = await subjectCommand(
      env,
      `${WRITTEN}\n`,
      'find',
      '--cpf',
      '--json',
    );
    await running.close();
    expect(code).toBe(0);
    expect(named(json['found'])).toEqual(['one', 'two', 'waits', 'dead']);
    expect(json['found']).toContainEqual(
      expect.objectContaining({ message_id: 'one', status: 'sent', offset: '100', purged: false }),
    );
    expect(said).not.toContain(CPF);
    const none = await subjectCommand(env, '11144477735', 'find', '--cpf');
    expect([none.code, none.said]).toEqual([
      0,
      expect.stringMatching(/^0 records by the mark [0-9a-f]{32}/),
    ]);
    const email = await subjectCommand(env, 'MARIA@empresa.com.br', 'find', '--email', '--json');
    expect(named(email.json['found'])).toEqual(['other']);
  });

  it('has written down who has looked for somebody, and for whom by the mark, beside a running bridge and without one', async () => {
    await fill();
    const running = await open();
    await running.note([{ actor: 'ana', action: 'a', messageId: '', topic: '' }]);
    const { json } = await subjectCommand(env, CPF, 'find', '--cpf', '--json');
    await running.note([{ actor: 'ana', action: 'b', messageId: '', topic: '' }]);
    await running.close();
    await subjectCommand(env, '11144477735', 'find', '--cpf');
    const [mark] = json['marks'] as string[];
    const lines = await audited();
    const by = userInfo().username;
    expect(lines.map(({ actor, action, detail }) => [actor, action, detail])).toEqual([
      ['ana', 'a', null],
      [by, 'find', `subject ${mark}: 4 found`],
      ['ana', 'b', null],
      [by, 'find', expect.stringMatching(/^subject [0-9a-f]{32}: 0 found$/)],
    ]);
    expect(JSON.stringify(lines)).not.toContain(CPF);
  });

  it('shows nothing where the audit cannot be written', async () => {
    await fill();
    await sqliteFile(file, "DELETE FROM meta WHERE name = 'audit_head'");
    await sqliteFile(file, 'ALTER TABLE audit RENAME TO gone');
    const { code, said } = await subjectCommand(env, CPF, 'find', '--cpf');
    expect([code, said]).toEqual([2, expect.stringContaining('storage_unavailable')]);
    expect(said).not.toContain('one: sent');
  });

  it('writes nothing beside a write-ahead log that somebody has deleted and a start would put back', async () => {
    const running = await open();
    await accepted(running, about('in-the-log', CPF));
    await copyFile(file, join(folder, 'killed.db'));
    await copyFile(`${file}-wal`, join(folder, 'killed.db.log'));
    await running.close();
    const killed = join(folder, 'killed.db');
    const before = await readFile(killed);
    const found = await subjectCommand(
      { ...env, OUTBOX_URL: `sqlite:${killed}` },
      CPF,
      'find',
      '--cpf',
    );
    expect([found.code, found.said]).toEqual([2, expect.stringContaining('write-ahead log')]);
    expect((await readFile(killed)).equals(before)).toBe(true);
    expect(await readdir(folder)).not.toContain('killed.db-wal');
  });

  it('erases what was sent, names the rest, and leaves whose it was in no audit', async () => {
    await fill();
    const first = await subjectCommand(env, CPF, 'erase', '--cpf', '--json');
    expect([first.code, named(first.json['erased']), named(first.json['left'])]).toEqual([
      1,
      ['one', 'two'],
      ['waits', 'dead'],
    ]);
    const store = await open();
    expect(store.stats().rows).toEqual({ pending: 1, failed: 0, sent: 1, dlq: 1 });
    expect(await store.find('two')).toMatchObject({ purged: true, key: null, offset: '101' });
    await store.discard('dead', { actor: 'maria' });
    await store.close();
    expect((await readFile(file)).includes('contents-of-two')).toBe(false);
    expect((await readFile(file)).includes('contents-of-other')).toBe(true);
    const found = await subjectCommand(env, CPF, 'find', '--cpf');
    expect(found.said).toMatch(/two: sent, in Kafka at 0\/101, its contents are gone here/);
    const lines = await audited();
    const erasures = lines.filter(({ action }) => action === 'erase');
    expect(erasures.map(({ messageId }) => messageId)).toEqual(['one', 'two', '']);
    const [mark] = first.json['marks'] as string[];
    expect(erasures.at(-1)?.detail).toBe(`subject ${mark}: 2 erased, 2 left`);
    expect(JSON.stringify(lines)).not.toContain(CPF);
  });

  it('erases nothing while a bridge has the outbox, and takes nothing that is not asked for well', async () => {
    await fill();
    const running = await open();
    expect((await subjectCommand(env, CPF, 'erase', '--cpf')).code).toBe(73);
    await running.close();
    const wrong = async (input: string, ...args: string[]): Promise<number | null> => {
      const { code, said } = await subjectCommand(env, input, ...args);
      expect(said).not.toContain(CPF);
      return code;
    };
    expect(await wrong('52998224724', 'find', '--cpf')).toBe(64);
    expect(await wrong('', 'find', '--cpf')).toBe(64);
    expect(await wrong('', 'find', '--cpf', CPF)).toBe(64);
    expect(await wrong('', 'find', `--cpf=${CPF}`)).toBe(64);
    expect(await wrong(CPF, 'find')).toBe(64);
    expect(await wrong(CPF, 'find', '--cpf', '--cnpj')).toBe(64);
    expect(await wrong(CPF, 'forget', '--cpf')).toBe(64);
    const { SUBJECTS_KEY_PATH: _key, ...without } = env;
    expect((await subjectCommand(without, CPF, 'find', '--cpf')).code).toBe(78);
    const [{ n } = { n: 0 }] = await sqliteFile(file, 'SELECT COUNT(*) AS n FROM record');
    expect(n).toBe(5);
  });

  it('finds by a new key what was noted with an old one, and forgets with the ids', async () => {
    await fill();
    const both = `2027:${Buffer.alloc(32, 8).toString('base64')}\n2026:${SECRET.toString('base64')}\n`;
    await writeFile(env['SUBJECTS_KEY_PATH'] ?? '', both);
    const found = await subjectCommand(env, CPF, 'find', '--cpf', '--json');
    expect(named(found.json['found'])).toHaveLength(4);
    const store = await open();
    const soon = Date.now() + 1_000;
    await store.purge({ sentBefore: soon, idsBefore: soon, deadLettersBefore: soon }, 100);
    await store.close();
    const [{ n } = { n: 0 }] = await sqliteFile(file, 'SELECT COUNT(*) AS n FROM subject');
    expect(n).toBe(1);
  });
});
