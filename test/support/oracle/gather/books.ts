import kafkajs from 'kafkajs';
import type { Books } from '../evidence.js';

/** Runs one statement on the outbox's database: `sqliteFile(file, sql)` or `server.query(sql, url)`. */
export type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

const LEDGER_TOPIC = '_ponte.ledger';

/** What the database says of these topics, and the numbers that the ledger holds. */
export async function readBooks(
  query: Query,
  bootstrap: readonly string[],
  topics: readonly string[],
): Promise<Books> {
  const among = topics.map((topic) => `'${topic}'`).join(', ');
  const sent = await query(
    `SELECT message_id FROM outbox WHERE status = 'sent' AND topic IN (${among})` +
      ` UNION ALL SELECT message_id FROM settled_id WHERE status = 'sent' AND topic IN (${among})`,
  );
  const [unpublished] = await query(
    "SELECT COUNT(*) AS n FROM outbox WHERE status = 'dlq' AND published_at IS NULL" +
      ` AND topic IN (${among})`,
  );
  const rows = await query('SELECT name, committed_number, open_batch FROM pipeline');
  const numbers = await ledgerNumbers(bootstrap, await outboxId(query));
  return {
    sent: sent.map((row) => String(row['message_id'])),
    unpublished: Number(unpublished?.['n'] ?? 0),
    pipelines: rows.map((row) => {
      const name = String(row['name']);
      return {
        name,
        committed: Number(row['committed_number']),
        open: row['open_batch'] !== null,
        ledger: numbers.get(partitionOf(name)) ?? 0,
      };
    }),
  };
}

/** `side` has partition 0 of the ledger, `main-0` 1 and so on, `side-1` 33 and so on, `flood-0` 48 and so on. */
function partitionOf(pipeline: string): number {
  const [kind, number] = pipeline.split('-');
  if (kind === 'side') return number === undefined ? 0 : 32 + Number(number);
  return Number(number) + (kind === 'flood' ? 48 : 1);
}

async function outboxId(query: Query): Promise<string> {
  const [row] = await query('SELECT "value" FROM meta WHERE name = \'outbox_id\'');
  return String(row?.['value']);
}

async function ledgerNumbers(
  bootstrap: readonly string[],
  outbox: string,
): Promise<Map<number, number>> {
  const kafka = new kafkajs.Kafka({ brokers: [...bootstrap], logLevel: kafkajs.logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    if (!(await admin.listTopics()).includes(LEDGER_TOPIC)) return new Map();
    const groupId = `ponte-${outbox}-ledger`;
    const [answer] = await admin.fetchOffsets({ groupId, topics: [LEDGER_TOPIC] });
    return new Map(
      answer?.partitions
        .map(({ partition, offset }) => [partition, Number(offset)] as const)
        .filter(([, number]) => number >= 0),
    );
  } finally {
    await admin.disconnect();
  }
}
