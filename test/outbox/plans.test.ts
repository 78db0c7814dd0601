import type { Engine, PageRunner, Row, SqlRunner, SqlValue } from '../../libs/outbox/src/engine.js';
import { planAccepts, prepare } from '../../libs/outbox/src/accept.js';
import { Counters } from '../../libs/outbox/src/counters.js';
import { discard, replaySlice } from '../../libs/outbox/src/dead-letters.js';
import { purgeExpired, purgeSlice } from '../../libs/outbox/src/purge.js';
import { RetentionWalk } from '../../libs/outbox/src/retention-walk.js';
import { AskReads, RelayReads } from '../../libs/outbox/src/reads.js';
import { bury, markSent, reschedule } from '../../libs/outbox/src/settle.js';
import { packedPage } from '../../libs/outbox/src/sqlite/relay-reader.js';
import { Transaction } from '../../libs/outbox/src/transaction.js';
import { Opened, postgresTestEngine, sqliteTestEngine } from './engines.js';
import { accepted, buried, invoice, invoices, sent, WHOLE_PAGE } from './records.js';

/** Asks the database how it would run a statement instead of running it. */
class Explaining implements PageRunner {
  constructor(
    private readonly sql: SqlRunner,
    private readonly engine: 'sqlite' | 'postgres',
    private readonly plans: string[],
  ) {}

  async query(sql: string, params?: readonly SqlValue[]): Promise<readonly Row[]> {
    const verb = this.engine === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN';
    const rows = await this.sql.query(`${verb} ${sql}`, params);
    const lines = rows.map((row) => String(row['detail'] ?? row['QUERY PLAN']));
    this.plans.push([sql, ...lines].join('\n'));
    return [];
  }

  page(select: string, params?: readonly SqlValue[]): Promise<readonly Row[]> {
    return this.query(this.engine === 'sqlite' ? packedPage(select) : select, params);
  }
}

/** A walk over all rows of a table, by the words of either engine; by an index of open or dead rows it is none. */
const WHOLE_TABLE =
  /SCAN (record|payload|settled_id|attempt)$|Seq Scan on (record|payload|settled_id|attempt)/m;

interface Case {
  readonly name: string;
  /** Names of the indexes that the plan must show; `id` for the primary key. */
  readonly by: readonly string[];
  readonly ask: (reads: Asked) => Promise<unknown>;
}

interface Asked {
  readonly relay: RelayReads;
  /** Of some lanes, where instances share the outbox. */
  readonly leased: RelayReads;
  readonly asks: AskReads;
  readonly tx: Transaction;
  readonly counters: SqlRunner;
}

function shownAs(index: string): RegExp {
  return index === 'id' ? /INTEGER PRIMARY KEY|pk_record/ : new RegExp(`\\b${index}\\b`);
}

const AUDIT = { actor: 'maria' };
const SOON = { sentBefore: 9e15, idsBefore: 9e15, deadLettersBefore: 9e15 };
const BY_TOPIC = { ...SOON, byTopic: [{ topic: 'a*', sentBefore: 1, deadLettersBefore: 1 }] };
const FAILURES = [{ id: 1, code: 'c', error: 'e', nextAt: 1 }];

const cases: readonly Case[] = [
  {
    name: 'pendingPage',
    by: ['ix_record_pending', 'id'],
    ask: ({ relay }) => relay.pendingPage(WHOLE_PAGE),
  },
  {
    name: 'pendingPage of some lanes',
    by: ['ix_record_pending', 'id'],
    ask: ({ relay }) => relay.pendingPage({ ...WHOLE_PAGE, lanes: { modulo: 4, remainder: 1 } }),
  },
  {
    name: 'pendingOfTopic',
    by: ['ix_record_pending_topic', 'id'],
    ask: ({ relay }) => relay.pendingOfTopic('notas', null, 100, 1e6),
  },
  {
    name: 'pendingOfTopic and partition',
    by: ['ix_record_pending_topic', 'id'],
    ask: ({ relay }) => relay.pendingOfTopic('notas', 3, 100, 1e6),
  },
  {
    name: 'dueRetries',
    by: ['ix_record_(due|failed)', 'id'],
    ask: ({ relay }) => relay.dueRetries(5, 10),
  },
  {
    name: 'dueTransactions',
    by: ['ix_record_(due|failed|transaction)'],
    ask: ({ relay }) => relay.dueTransactions(5, 0, 10),
  },
  {
    name: 'ofTransaction',
    by: ['ix_record_transaction'],
    ask: ({ relay }) => relay.ofTransaction('t'),
  },
  {
    name: 'where transactions are sent from',
    by: ['ix_record_transaction', 'id'],
    ask: ({ relay }) => relay.homeLanes(['t', 'u']),
  },
  {
    name: 'pendingPage of leased lanes',
    by: ['ix_record_pending', 'id'],
    ask: ({ leased }) => leased.pendingPage(WHOLE_PAGE),
  },
  {
    name: 'retries of leased lanes',
    by: ['ix_record_(due|failed)', 'id'],
    ask: ({ leased }) => leased.dueRetries(5, 10),
  },
  { name: 'nextRetryAt', by: ['ix_record_due'], ask: ({ relay }) => relay.nextRetryAt() },
  {
    name: 'blocked keys',
    by: ['ix_record_failed'],
    ask: ({ relay }) => relay.keysInStatus('failed'),
  },
  { name: 'parked keys', by: ['ix_record_dead'], ask: ({ relay }) => relay.keysInStatus('dlq') },
  {
    name: 'unpublishedDeadLetters',
    by: ['ix_record_unpublished', 'id'],
    ask: ({ relay }) => relay.unpublishedDeadLetters(10, 1e6),
  },
  {
    name: 'pendingPage of a tenant',
    by: ['ix_record_tenant', 'id'],
    ask: ({ relay }) => relay.pendingPage({ ...WHOLE_PAGE, tenant: 'acme' }),
  },
  {
    name: 'pendingPage of no tenant',
    by: ['ix_record_pending', 'id'],
    ask: ({ relay }) => relay.pendingPage({ ...WHOLE_PAGE, tenant: '' }),
  },
  {
    name: 'waitingTenants',
    by: ['ix_record_tenant'],
    ask: ({ relay }) => relay.waitingTenants(),
  },
  {
    name: 'pendingOfTenant',
    by: ['ix_record_tenant'],
    ask: ({ asks }) => asks.pendingOfTenant('acme', 1_000),
  },
  { name: 'load', by: ['id'], ask: ({ relay }) => relay.load([1, 2]) },
  {
    name: 'find',
    by: ['ux_record_message_id', 'ux_settled_id_message_id'],
    ask: ({ asks }) => asks.find('nf-1', { topics: ['notas*'] }),
  },
  { name: 'attempts', by: ['ix_attempt_record_id'], ask: ({ asks }) => asks.attempts(1) },
  {
    name: 'deadLetter',
    by: ['ux_record_message_id'],
    ask: ({ asks }) => asks.deadLetter('nf-1', { tenant: 'acme' }),
  },
  {
    name: 'the first page of dead letters',
    by: ['ix_record_dead'],
    ask: ({ asks }) => asks.list({ status: 'dlq' }, 50),
  },
  {
    name: 'a page of dead letters of a topic and a time',
    by: ['ix_record_dead(_age)?'],
    ask: ({ asks }) => asks.list({ status: 'dlq', topic: 'notas', from: 1, to: 9e15 }, 50),
  },
  {
    name: 'a page of failed records',
    by: ['ix_record_failed'],
    ask: ({ asks }) => asks.list({ status: 'failed' }, 50),
  },
  {
    name: 'a page of pending records',
    by: ['ix_record_pending'],
    ask: ({ asks }) => asks.list({ status: 'pending', topic: 'notas' }, 50),
  },
  {
    name: 'countDeadLetters',
    by: ['ix_record_dead(_age)?'],
    ask: ({ asks }) => asks.countDeadLetters({ topic: 'notas' }),
  },
  {
    name: 'oldestOpenAt',
    by: ['ix_record_pending', 'ix_record_failed'],
    ask: ({ asks }) => asks.oldestOpenAt(),
  },
  {
    name: 'the recount at the start',
    by: ['ix_record_pending(_topic)?', 'ix_record_(due|failed)', 'ix_record_dead(_age)?'],
    ask: ({ counters }) => new Counters().drift(counters),
  },
  {
    name: 'the look for known message ids',
    by: ['ux_record_message_id', 'ux_settled_id_message_id'],
    ask: ({ tx }) => planAccepts(tx, [prepare([])]),
  },
  {
    name: 'sending',
    by: ['id'],
    ask: ({ tx }) => markSent(tx, [{ id: 1, partition: 0, offset: '1' }]),
  },
  { name: 'reschedule', by: ['id'], ask: ({ tx }) => reschedule(tx, FAILURES) },
  { name: 'bury', by: ['id'], ask: ({ tx }) => bury(tx, FAILURES) },
  {
    name: 'replay by a filter',
    by: ['ix_record_dead(_age)?'],
    ask: ({ tx }) =>
      replaySlice(tx, { topic: 'notas' }, { afterId: 0, buriedBy: 9e15, limit: 10 }, AUDIT),
  },
  {
    name: 'discard',
    by: ['ux_record_message_id', 'ux_settled_id_message_id'],
    ask: ({ tx }) => discard(tx, 'nf-1', {}, AUDIT).catch(() => undefined),
  },
  {
    name: 'purge',
    by: ['ix_record_sent', 'ix_record_dead_age', 'ix_settled_id_settled_at'],
    ask: ({ tx }) => purgeSlice(tx, SOON, 100),
  },
  {
    name: 'looking for what is past the age of its topic',
    by: ['ix_record_sent', 'ix_record_dead_age'],
    ask: ({ tx }) => new RetentionWalk(tx).next(BY_TOPIC, 100, 1e6),
  },
  {
    name: 'purge of what was found',
    by: ['id', 'ix_settled_id_settled_at'],
    ask: ({ tx }) => {
      const found = { sent: [1], deadLetters: [2], buriedBy: 9e15, gone: () => undefined };
      return purgeExpired(tx, found, BY_TOPIC, 100);
    },
  },
];

/** Asked by users' scripts of the view (README.md); `VALUE` is what a script may ask for beside. */
const USERS = [
  'SELECT status, COUNT(*) FROM outbox GROUP BY status',
  'SELECT COUNT(*) FROM outbox',
  'SELECT message_id, topic, status, kafka_offset VALUE FROM outbox ORDER BY id DESC LIMIT 10',
  "SELECT message_id, retry_count, last_error VALUE FROM outbox WHERE status IN ('failed', 'dlq')",
  "SELECT message_id VALUE FROM outbox WHERE status = 'dlq'",
  "SELECT status VALUE FROM outbox WHERE message_id = 'nf-1'",
  "SELECT message_id VALUE FROM outbox WHERE topic = 'notas' ORDER BY created_at DESC LIMIT 10",
  'SELECT topic, SUM(bytes) FROM outbox WHERE sent_at > 5 GROUP BY topic ORDER BY topic',
];

describe.each([sqliteTestEngine(), postgresTestEngine()])(
  'no statement walks over the sent rows on $name:',
  (engine) => {
    const opened = new Opened();
    let real: Engine;

    let url: string;

    beforeAll(async () => {
      await engine.start();
      url = await engine.freshUrl();
      await fill();
      real = await engine.openEngine(url);
    });
    afterAll(async () => {
      await real.close();
      await engine.stop();
    });

    async function fill(): Promise<void> {
      const store = await opened.open(url);
      for (let n = 0; n < 20; n++) {
        const records = invoices(200).map((one) => ({
          ...one,
          messageId: `${n}-${one.messageId}`,
        }));
        await sent(store, await accepted(store, ...records));
      }
      const open = await accepted(store, ...invoices(60));
      await store.reschedule(
        open.slice(0, 20).map(({ id }) => ({ id, code: 'c', error: 'e', nextAt: 1 })),
      );
      await buried(store, ...open.slice(20, 40));
      await store.notePublished(open.slice(20, 35).map(({ id }) => id));
      await store.purge({ sentBefore: 9e15, idsBefore: 0, deadLettersBefore: 0 }, 1000);
      for (let n = 0; n < 10; n++) {
        await accepted(store, ...Array.from({ length: 300 }, (_, m) => invoice(`open-${n}-${m}`)));
      }
      await opened.closeAll();
      await engine.look(url, 'ANALYZE');
    }

    async function planOf(ask: Case['ask']): Promise<string> {
      const plans: string[] = [];
      const explain = (sql: SqlRunner): PageRunner => new Explaining(sql, engine.name, plans);
      await ask({
        relay: new RelayReads(explain(real.relayReader), real.dialect),
        leased: new RelayReads(explain(real.relayReader), real.dialect, [1, 2, 3]),
        asks: new AskReads(explain(real.askReader), real.dialect, 'outbox'),
        tx: new Transaction(explain(real.writer), real.dialect, 1),
        counters: explain(real.relayReader),
      });
      return plans.join('\n\n');
    }

    it.each(cases)('$name', async ({ by, ask }) => {
      const plan = await planOf(ask);
      expect(plan).not.toMatch(WHOLE_TABLE);
      for (const index of by) expect(plan).toMatch(shownAs(index));
    });

    it.each([{}, { status: 'sent' as const }])('the newest of %j, from the end', async (filter) => {
      const plan = await planOf(({ asks }) => asks.list(filter, 50));
      expect(plan).toMatch(/SCAN record$|Index Scan Backward using pk_record/m);
      expect(plan).not.toMatch(/TEMP B-TREE|Sort/);
    });

    async function usersPlan(sql: string): Promise<readonly string[]> {
      const verb = engine.name === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN (COSTS OFF)';
      const rows = await engine.look(url, `${verb} ${sql}`);
      return rows.map((row) =>
        String(row['detail'] ?? row['QUERY PLAN'])
          .replaceAll(/\br\./g, '')
          .trim(),
      );
    }

    it.each(USERS)('through the view as on the table: %s', async (sql) => {
      const [plain, whole] = [sql.replace(' VALUE', ''), sql.replace(' VALUE', ', "value"')];
      const table = await usersPlan(plain.replace('FROM outbox', 'FROM record r'));
      expect(await usersPlan(plain)).toEqual(table);
      const withValue = await usersPlan(whole);
      expect(withValue).toEqual(expect.arrayContaining([...table]));
      const more = withValue.filter((line) => !table.includes(line)).join('\n');
      const byId = /SEARCH p USING INTEGER PRIMARY KEY|Index Scan using pk_payload/;
      expect(more).toMatch(whole === plain ? /^$/ : byId);
    });
  },
);
