import { DataSource } from 'typeorm';
import {
  checkAudit,
  findSubject,
  headText,
  listAudit,
  Reconciliation,
  type AuditLine,
  type AuditHead,
  type OutboxStore,
} from '@bridge/outbox';
import { postgresDataSource, sqliteDataSource } from '../../libs/outbox/src/schema/schema.js';
import { fileOf, Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import { accepted, buried, invoices } from './records.js';

const AUDIT = { actor: 'maria', reason: 'topic was missing' };
const MIGRATION = 'AuditChain1764160000000';

describe.each([sqliteTestEngine(), postgresTestEngine()])('the audit on $name', (engine) => {
  const opened = new Opened();
  let url: string;
  let store: OutboxStore;

  beforeAll(() => engine.start());
  afterAll(() => engine.stop());
  beforeEach(async () => {
    url = await engine.freshUrl();
    store = await opened.open(url);
  });
  afterEach(() => opened.closeAll());

  const look = (sql: string) => engine.look(url, sql);
  const findings = async (noted: AuditHead | null = null) =>
    (await checkAudit(url, noted)).findings.map(({ fault, id, to }) => [fault, id, to]);
  const note = (detail: string) =>
    store.note([{ actor: 'ana', action: 'topic_create', messageId: '', topic: 'notas', detail }]);
  /** As somebody would who may do everything with the database. */
  const forge = async (...statements: readonly string[]): Promise<void> => {
    const guards =
      engine.name === 'sqlite'
        ? ['no_update', 'no_delete', 'chained'].map((name) => `DROP TRIGGER "audit_${name}"`)
        : ['ALTER TABLE audit DISABLE TRIGGER USER'];
    for (const statement of [...guards, ...statements]) await look(statement);
  };

  it('is a chain of everything that is written into it, in order', async () => {
    await buried(store, ...(await accepted(store, ...invoices(120))));
    expect(await store.replayMatching({ topic: 'notas' }, 110, AUDIT)).toBe(110);
    await store.discard('nf-119', AUDIT);
    await note('asked for: 3 partitions');
    const checked = await checkAudit(url, null);
    expect(checked).toMatchObject({ count: 112, findings: [] });
    expect(checked.head).toEqual(await store.auditHead());
    const lines: AuditLine[] = [];
    await listAudit(url, 0, (line) => lines.push(line));
    expect(lines.map(({ id }) => id)).toEqual(Array.from({ length: 112 }, (_, n) => n + 1));
    expect(lines.at(-1)).toMatchObject({ actor: 'ana', detail: 'asked for: 3 partitions' });
    await listAudit(url, Date.now() + 1, () => expect('a line').toBe('none'));
  });

  it('is added to beside those who have the outbox open, who go on', async () => {
    const look5 = async (): Promise<void> => {
      for (let n = 0; n < 5; n++) {
        expect(await findSubject(url, ['0'.repeat(32)], 'rui')).toEqual([]);
      }
    };
    const note20 = async (): Promise<void> => {
      for (let n = 0; n < 20; n++) await note(`step ${n}`);
    };
    await Promise.all([look5(), note20()]);
    await note('after');
    const lines: AuditLine[] = [];
    await listAudit(url, 0, (line) => lines.push(line));
    expect(lines.filter(({ action }) => action === 'find')).toHaveLength(5);
    expect(await checkAudit(url, await store.auditHead())).toMatchObject({
      count: 26,
      findings: [],
    });
  });

  it('is written in the transaction of what it tells of: what fails leaves nothing in it', async () => {
    await buried(store, ...(await accepted(store, ...invoices(2))));
    const [replayed] = await Promise.allSettled([
      store.replay('nf-0', AUDIT),
      store.discard('never', AUDIT),
      store.replay('nf-1', AUDIT),
    ]);
    expect(replayed?.status).toBe('fulfilled');
    expect(await checkAudit(url, null)).toMatchObject({ count: 2, findings: [] });
  });

  it.each([
    "UPDATE audit SET actor = 'nobody' WHERE id = 2",
    'DELETE FROM audit WHERE id = 2',
    'DELETE FROM audit',
    "INSERT INTO audit (id, at, actor, action, message_id, topic) VALUES (99, 1, 'x', 'replay', 'a', 'b')",
  ])('refuses: %s', async (sql) => {
    for (const detail of ['one', 'two', 'three']) await note(detail);
    await expect(look(sql)).rejects.toThrow('append-only');
    expect(await checkAudit(url, null)).toMatchObject({ count: 3, findings: [] });
  });

  it('shows what somebody has changed all the same', async () => {
    for (const detail of ['one', 'two', 'three', 'four', 'five']) await note(detail);
    const noted = await store.auditHead();
    await forge("UPDATE audit SET actor = 'nobody' WHERE id = 2");
    expect(await findings()).toEqual([['changed', 2, 2]]);
    await look("UPDATE audit SET actor = 'ana' WHERE id = 2");
    expect(await findings()).toEqual([]);
    await look('DELETE FROM audit WHERE id = 3');
    expect(await findings()).toEqual([['removed', 3, 3]]);
    await look('DELETE FROM audit WHERE id > 2');
    expect(await findings()).toEqual([['cut', 3, 5]]);
    await look("DELETE FROM meta WHERE name = 'audit_head'");
    expect(await findings()).toEqual([]);
    expect(await findings(noted)).toEqual([['cut', 3, 5]]);
    await note('written after the cut');
    expect(await findings()).toEqual([]);
    expect(await findings(noted)).toEqual([['cut', 4, 5]]);
  });

  it('goes on with what a version without a chain has left', async () => {
    await opened.closeAll();
    const source = await new DataSource(
      engine.name === 'sqlite' ? sqliteDataSource(fileOf(url)) : postgresDataSource(url),
    ).initialize();
    while ((await source.query('SELECT name FROM migrations')).some(isChain)) {
      await source.undoLastMigration();
    }
    await source.destroy();
    for (const id of [3, 4, 9]) {
      await look(
        'INSERT INTO audit (id, at, actor, action, message_id, topic, reason)' +
          ` VALUES (${id}, ${1_764_000_000_000 + id}, 'maria', 'replay', 'nf-ção-${id}', 'notas', NULL)`,
      );
    }
    store = await opened.open(url);
    await note('after');
    expect(await checkAudit(url, null)).toMatchObject({ count: 4, head: { id: 10 }, findings: [] });
    await forge("UPDATE audit SET reason = 'asked' WHERE id = 4");
    expect(await findings()).toEqual([['changed', 4, 4]]);
  });

  it('takes what the database would change: characters that it cannot store', async () => {
    await store.note([
      {
        actor: 'a\u0000b',
        action: 'reveal',
        messageId: 'm',
        topic: 't',
        reason: 'x\ud800y\u001b[0m',
      },
    ]);
    expect(await checkAudit(url, null)).toMatchObject({ count: 1, findings: [] });
  });

  it('notes a change of what lies elsewhere once, whoever sees it first', async () => {
    const entries = [{ actor: 'ana', action: 'key_create', messageId: '', topic: '' }];
    const change = (noted: string | null) => ({
      entries: noted === 'two keys' ? [] : entries,
      noted: 'two keys',
    });
    await Promise.all([store.noteChanges('keys', change), store.noteChanges('keys', change)]);
    await store.noteChanges('keys', change);
    expect(await checkAudit(url, null)).toMatchObject({ count: 1, findings: [] });
  });

  it('has a reconciliation in it', async () => {
    await accepted(store, ...invoices(3));
    await opened.closeAll();
    const outbox = await Reconciliation.open({ url, ballastBytes: 0 });
    const sent = [{ id: 2, partition: 0, offset: '7' }];
    const nothing = { published: [], remembered: [], sendAgain: [], pipelines: [] };
    await outbox.apply({ ...nothing, sent }, AUDIT);
    await outbox.close();
    const { count, head, findings: found } = await checkAudit(url, null);
    expect([count, found]).toEqual([2, []]);
    store = await opened.open(url);
    expect(headText(head)).toBe(headText(await store.auditHead()));
  });
});

function isChain({ name }: { readonly name: string }): boolean {
  return name === MIGRATION;
}
