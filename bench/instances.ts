import { setTimeout as delay } from 'node:timers/promises';
import { drained } from '../test/support/bridge-api.js';
import { BridgeProcess } from '../test/support/bridge-process.js';
import { startPostgres, type PostgresServer } from '../test/support/postgres.js';
import type { HttpJob } from './http-load.js';
import { JobProcess } from './job-process.js';
import { figuresOf, merge, type Measurement } from './measurement.js';
import { accepting, delivering } from './posting.js';
import { ratio } from './report.js';
import type { Stack } from './stack.js';

const COUNTS = [1, 2, 3];
const ROUNDS = 4;
const LANES = 64;
const PACE = { warmUpMs: 600, measureMs: 2_500 };
const SENT_ROWS = 5_000_000;
const TOPICS = 1_000;
const DRAINED_WITHIN_MS = 180_000;
const LANES_WITHIN_MS = 30_000;
/** Topics that are made in one request. */
const TOPICS_AT_ONCE = 100;

type Say = (line: string) => void;

/** The same work, in several ways side by side, round after round. */
interface Compared {
  readonly title: string;
  readonly ways: readonly { readonly name: string; readonly rounds: Measurement[] }[];
}

/** Several bridges on one PostgreSQL outbox; the report for docs/scaling.md. */
export async function measureInstances(stack: Stack, say: Say): Promise<string> {
  const postgres = await startPostgres();
  stack.onStop(() => postgres.stop());
  const found = [
    ...(await moreInstances(stack, postgres, say)),
    await manySentRows(stack, postgres, say),
    await hotKey(stack, postgres, say),
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
  await postgres.query('ANALYZE outbox', full);
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

/** What everybody else feels of one key that takes half of the load, in 1,000 topics. */
async function hotKey(stack: Stack, postgres: PostgresServer, say: Say): Promise<Compared> {
  const topics = Array.from({ length: TOPICS }, (_, n) => `bench-${String(n).padStart(4, '0')}`);
  for (let at = 0; at < TOPICS; at += TOPICS_AT_ONCE) {
    await Promise.all(
      topics
        .slice(at, at + TOPICS_AT_ONCE)
        .map((topic) => stack.kafka.createTopic(topic, { partitions: 1 })),
    );
  }
  say(`${TOPICS} topics are there`);
  const outbox = await postgres.database();
  const bridges = await Promise.all(COUNTS.map(() => startBridge(stack, outbox)));
  await run(bridges, COUNTS.length);
  const ports = bridges.map(({ port }) => port);
  const beside = await JobProcess.start<HttpJob, Measurement>('http-load.js');
  stack.onStop(() => beside.stop());
  const paths = topics.map((topic) => `/topics/${topic}`);
  const job = { ...delivering(ports, { ...PACE, clients: 16 }), paths };
  // Every topic is known to every bridge before the first round.
  await stack.http.run({ ...job, pace: { clients: 16, warmUpMs: 10_000, measureMs: 1 } });
  const ways = ['spread over many keys', 'all of one key'].map((name) => {
    return { name: `as much again, ${name}`, rounds: [] as Measurement[] };
  });
  for (let round = 0; round < ROUNDS; round++) {
    for (const index of round % 2 === 0 ? [0, 1] : [1, 0]) {
      const [measurement, other] = await Promise.all([
        stack.http.run(job),
        beside.run({ ...job, key: index === 1 ? 'hot' : null, paths: paths.slice(0, 1) }),
      ]);
      ways[index]?.rounds.push(measurement);
      say(`${ways[index]?.name}: ${perSecond(measurement)}/s, beside it ${perSecond(other)}/s`);
      for (const { url } of bridges) await drained(url, DRAINED_WITHIN_MS);
    }
  }
  return { title: `delivered, 16 clients, ${TOPICS} topics, 3 instances`, ways };
}

function startBridge(stack: Stack, outbox: string): Promise<BridgeProcess> {
  return stack.startBridge('exactly-once', { OUTBOX_URL: outbox });
}

/** Lets so many of them run, and waits until every lane is somebody's. */
async function run(bridges: readonly BridgeProcess[], count: number): Promise<BridgeProcess[]> {
  for (const bridge of bridges.slice(count)) await bridge.terminate();
  const running = bridges.slice(0, count);
  for (const bridge of running) if (!(await answers(bridge))) await bridge.start();
  const until = Date.now() + LANES_WITHIN_MS;
  for (;;) {
    const lanes = await Promise.all(running.map(lanesOf));
    const fair = Math.floor(LANES / count);
    if (lanes.every((own) => own >= fair) && sum(lanes) === LANES) return running;
    if (Date.now() > until) throw new Error(`The lanes are not spread: ${lanes.join(', ')}.`);
    await delay(100);
  }
}

async function answers({ url }: BridgeProcess): Promise<boolean> {
  return fetch(`${url}/health/live`).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function lanesOf({ url }: BridgeProcess): Promise<number> {
  const response = await fetch(`${url}/metrics`, { headers: { accept: 'text/plain' } });
  return Number(/^ponte_lanes (\d+)/m.exec(await response.text())?.[1] ?? 0);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function perSecond(measurement: Measurement): string {
  return Math.round(figuresOf(measurement).perSecond).toLocaleString('en-GB');
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
  " INSERT INTO payload SELECT id, convert_to(repeat('x', 550), 'UTF8') FROM old";

function table({ title, ways }: Compared): string {
  const [base] = ways;
  const rows = ways.map(({ name, rounds }) => {
    const { perSecond: rate, p50, p99 } = figuresOf(merge(rounds));
    const beside = base === undefined || rounds === base.rounds ? '' : ratio(rounds, base.rounds);
    const latency =
      base === undefined || rounds === base.rounds
        ? ''
        : `${(p50 / figuresOf(merge(base.rounds)).p50).toFixed(2)} ×`;
    const unexpected = Object.entries(merge(rounds).unexpected).map(([what, n]) => `${n} ${what}`);
    const cells = [
      [name, ...unexpected].join('; '),
      Math.round(rate).toLocaleString('en-GB'),
      p50.toFixed(1),
      p99.toFixed(1),
      beside,
      latency,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = [title, 'records/s', 'p50 ms', 'p99 ms', 'rate', 'p50'];
  return [`| ${head.join(' | ')} |`, '| --- | --: | --: | --: | --- | --- |', ...rows].join('\n');
}
