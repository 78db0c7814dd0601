import { drained } from '../test/support/bridge-api.js';
import { startPostgres, type PostgresServer } from '../test/support/postgres.js';
import { perSecond, table, type Compared } from './compared.js';
import { manyTopics } from './many-topics.js';
import { figuresOf, type Measurement } from './measurement.js';
import { accepting, delivering } from './posting.js';
import { run, startBridge } from './running-instances.js';
import type { Stack } from './stack.js';

const COUNTS = [1, 2, 3];
const ROUNDS = 4;
const PACE = { warmUpMs: 600, measureMs: 2_500 };
const SENT_ROWS = 5_000_000;
const DRAINED_WITHIN_MS = 180_000;

type Say = (line: string) => void;

/** Several bridges on one PostgreSQL outbox; the report for docs/scaling.md. */
export async function measureInstances(stack: Stack, say: Say): Promise<string> {
  const postgres = await startPostgres();
  stack.onStop(() => postgres.stop());
  const found = [
    ...(await moreInstances(stack, postgres, say)),
    await manySentRows(stack, postgres, say),
    ...(await manyTopics(stack, postgres, say)),
  ];
  return found.map(table).join('\n\n');
}

/** One, two and three of them with the same clients. */
async function moreInstances(
  stack: Stack,
  postgres: PostgresServer,
  say: Say,
): Promise<Compared[]> {
  const outbox = await postgres.database();
  const bridges = await Promise.all(COUNTS.map(() => startBridge(stack, outbox)));
  const jobs = {
    'delivered, 128 clients': (ports: readonly number[]) =>
      delivering(ports, { ...PACE, clients: 128 }),
    'accepted, lists of 100, 8 clients': (ports: readonly number[]) =>
      accepting(ports, { ...PACE, clients: 8 }, 100),
  };
  const compared = Object.keys(jobs).map((title): Compared => {
    return { title, ways: COUNTS.map((count) => ({ name: `${count} of 3`, rounds: [] })) };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const count of round % 2 === 0 ? COUNTS : COUNTS.toReversed()) {
      const running = await run(bridges, count);
      for (const [index, job] of Object.values(jobs).entries()) {
        const measurement = await stack.http.run(job(running.map(({ port }) => port)));
        compared[index]?.ways[count - 1]?.rounds.push(measurement);
        say(`${count} instances, ${compared[index]?.title}: ${perSecond(measurement)}/s`);
        for (const { url } of running) await drained(url, DRAINED_WITHIN_MS);
      }
    }
  }
  await Promise.all(bridges.map((bridge) => bridge.terminate()));
  return compared;
}

/** What accepting costs beside millions of delivered rows, compared with an outbox that has none. */
async function manySentRows(stack: Stack, postgres: PostgresServer, say: Say): Promise<Compared> {
  const [empty, full] = [await postgres.database(), await postgres.database()];
  const bridges = [await startBridge(stack, empty), await startBridge(stack, full)];
  say(`${SENT_ROWS} sent rows are being made`);
  await postgres.query(SENT, full);
  // As a week leaves them: what the server owes to so many rows at once is not what is measured.
  for (const tidy of ['VACUUM ANALYZE record', 'VACUUM ANALYZE payload', 'CHECKPOINT']) {
    await postgres.query(tidy, full);
  }
  const names = ['none', SENT_ROWS.toLocaleString('en-GB')];
  const ways = names.map((name) => ({ name, rounds: [] as Measurement[] }));
  for (let round = 0; round < ROUNDS; round++) {
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const port = bridges[index]?.port ?? 0;
      const measurement = await stack.http.run(accepting([port], { ...PACE, clients: 8 }));
      ways[index]?.rounds.push(measurement);
      say(`${names[index]} sent rows: p50 ${figuresOf(measurement).p50.toFixed(2)} ms`);
      await drained(bridges[index]?.url ?? '', DRAINED_WITHIN_MS);
    }
  }
  await Promise.all(bridges.map((bridge) => bridge.terminate()));
  return { title: 'accepted, 8 clients, with delivered rows in the outbox', ways };
}

const HASH = "decode(repeat('00', 32), 'hex')";

/** As the bridge leaves them, a week's worth. */
const SENT =
  'WITH old AS (INSERT INTO record (message_id, request_hash, topic, status, delivery, lane, kafka_partition,' +
  ' kafka_offset, "timestamp", created_at, sent_at, bytes, "key", headers)' +
  ` SELECT 'old-' || n, ${HASH}, 'bench-invoices', 'sent', 'exactly-once', n % 64, n % 3, n,` +
  " now_ms, now_ms, now_ms, 560, convert_to('k-' || n % 600, 'UTF8'), '\\x'" +
  ` FROM generate_series(1, ${SENT_ROWS}) AS n,` +
  ' (SELECT CAST(EXTRACT(EPOCH FROM now()) * 1000 AS bigint) AS now_ms) AS clock RETURNING id)' +
  " INSERT INTO payload (record_id, value) SELECT id, convert_to(repeat('x', 550), 'UTF8') FROM old";
