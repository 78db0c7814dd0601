import { Agent } from 'node:http';
import { until } from '../../../support/bridge-api.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import type { Posted } from '../../../support/oracle/posted.js';
import type { Report } from '../../../support/oracle/run-with-oracle.js';
import { sqliteFile } from '../../../support/sqlite-file.js';
import type { FaultyWorld } from '../faulty-world.js';
import { OWN_CLIENT, ownRequest, postOwn } from '../own-records.js';
import { untilReadyIs } from '../ready.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

/** Topic of the rows that were sent long ago; nobody posts to it. */
const FILLED = 'filled';
const ROWS_A_STATEMENT = 500_000;
/** What one purge removes at most, once a minute. */
const ROWS_A_PURGE = 100_000;
const PURGED_WITHIN_MS = 240_000;
const READY_WITHIN_MS = 60_000;
const OFFERED_PER_SECOND = 100;
/** Far above anything that a busy machine does by itself. */
const MOST_TIMES_SLOWER = 10;

/** Resolves at its beginning with what resolves at its end. */
type Phase = () => Promise<() => Promise<unknown>>;

interface Measured {
  readonly report: Report;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/**
 * Accepts are timed on an empty outbox, on one with millions of sent rows, and on the same while a purge removes some
 * of them.
 */
async function manySent(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const rows = scale === 'fast' ? 50_000 : 5_000_000;
  const quiet = forMs(scale === 'fast' ? 5_000 : 20_000);
  const empty = await world.bridge();
  const without = await measured(world, empty, quiet);
  await empty.bridge.terminate();

  const setup = await world.bridge();
  await setup.bridge.terminate();
  await fill(setup.database, rows);
  const from = Date.now();
  await setup.bridge.start();
  await untilReadyIs(setup.bridge.url, null, READY_WITHIN_MS);
  const startMs = Date.now() - from;
  const filled = await measured(world, setup, quiet);

  await setup.bridge.terminate();
  await setup.bridge.start({ RETENTION_SENT: '1h' });
  const wanted = Math.min(rows, ROWS_A_PURGE);
  const purged = (): Promise<number> => purgedOf(setup);
  const purging = await measured(world, setup, async () => {
    await until('the purge has begun', purged, (n) => n > 0, PURGED_WITHIN_MS);
    return () => until(`${wanted} are purged`, purged, (n) => n >= wanted, PURGED_WITHIN_MS);
  });
  const all = [without, filled, purging];
  return {
    injected: await purged(),
    findings: all.map(({ report }) => report.findings),
    figures: all.map(({ report }) => report.figures),
    note: `${rows} sent rows: ready after ${startMs} ms; ${verdict(without, filled, purging)}`,
  };
}

function forMs(ms: number): Phase {
  return async () => {
    const end = Date.now() + ms;
    return () =>
      until(
        'enough is measured',
        async () => Date.now(),
        (now) => now > end,
        2 * ms,
      );
  };
}

/** Times one POST after the other beside a load while the phase lasts. */
async function measured(world: FaultyWorld, setup: BridgeSetup, phase: Phase): Promise<Measured> {
  const topic = await world.topic('volume');
  const times: number[] = [];
  const report = await world.oracle(
    setup,
    {
      topics: [topic],
      load: { maxPerSecond: OFFERED_PER_SECOND, httpHeaders: { prefer: 'wait=0' } },
    },
    async ({ load, know }) => {
      await load.untilMore(50);
      const end = await phase();
      let goOn = true;
      const probing = probe(setup, topic, times, () => goOn);
      await end().finally(() => (goOn = false));
      know(await probing);
    },
  );
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Infinity;
  return { report, medianMs: quantile(0.5), p99Ms: quantile(0.99) };
}

async function probe(
  { bridge }: BridgeSetup,
  topic: string,
  times: number[],
  goOn: () => boolean,
): Promise<Posted[]> {
  const agent = new Agent({ keepAlive: true });
  const posted: Posted[] = [];
  for (let number = 0; goOn(); number++) {
    const messageId = `${topic}-probe-${number}`;
    const request = ownRequest({ topic, messageId, key: 'probe', client: OWN_CLIENT, number });
    const from = performance.now();
    posted.push(await postOwn(bridge.url, agent, request, { prefer: 'wait=0' }));
    times.push(performance.now() - from);
  }
  agent.destroy();
  return posted;
}

/** As if so many records had been posted and sent two hours ago. The bridge is stopped. */
async function fill(database: string, rows: number): Promise<void> {
  const at = Date.now() - 2 * 3_600_000;
  for (let first = 0; first < rows; first += ROWS_A_STATEMENT) {
    const last = Math.min(rows, first + ROWS_A_STATEMENT) - 1;
    await sqliteFile(
      database,
      `WITH RECURSIVE number(n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM number WHERE n < ${last})
       INSERT INTO record (message_id, topic, status, created_at, sent_at, kafka_offset, kafka_partition,
         timestamp, delivery, lane, bytes, request_hash, "key", headers)
       SELECT printf('${FILLED}-%09d', n), '${FILLED}', 'sent', ${at}, ${at} + n / 1000, n / 3, n % 3,
         ${at}, 'exactly-once', n % 64, 200, zeroblob(32), zeroblob(8), CAST('[]' AS BLOB)
       FROM number`,
    );
    await sqliteFile(
      database,
      `INSERT INTO payload (record_id, value) SELECT id, zeroblob(120) FROM record WHERE id BETWEEN ${first} + 1 AND ${last} + 1`,
    );
  }
  await sqliteFile(
    database,
    `UPDATE counter SET "value" = "value" + ${rows} WHERE name = 'rows_sent'`,
  );
}

/** They go in the order of their ids, of which the first is 1. */
async function purgedOf({ database }: BridgeSetup): Promise<number> {
  const [row] = await sqliteFile(database, 'SELECT MIN(id) AS first FROM outbox');
  return Number(row?.['first'] ?? 1) - 1;
}

/** @throws Error when the sent rows, or their purge, make an accept much slower. */
function verdict(without: Measured, filled: Measured, purging: Measured): string {
  const compare = (name: 'medianMs' | 'p99Ms'): string => {
    const was = without[name];
    const times = [filled[name], purging[name]].map((is) => is / was);
    const text =
      `${was.toFixed(1)} ms, ${times[0]?.toFixed(1)} times that with them,` +
      ` ${times[1]?.toFixed(1)} times while they are purged`;
    if (times.some((one) => one > MOST_TIMES_SLOWER)) {
      throw new Error(`An accept became much slower: ${name} ${text}.`);
    }
    return text;
  };
  return `accept median without ${compare('medianMs')}; p99 ${compare('p99Ms')}`;
}

export const volumeRows: readonly FaultRow[] = [
  {
    number: 42,
    title: 'millions of sent rows, purged under load',
    fast: false,
    withinMs: 8 * 60_000,
    run: manySent,
  },
];
