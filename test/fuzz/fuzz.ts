import { mkdtemp, readdir, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { freePorts } from '../../dev/free-ports.js';
import { BridgeProcess } from '../support/bridge-process.js';
import { FuzzConnection } from './fuzz-connection.js';
import { FuzzReport, type Figures } from './fuzz-report.js';
import { fuzzRequest } from './requests.js';

/*
 * `npm run fuzz -- <count> [<seed>]`: requests at random against the built bridge on loopback, without a Kafka, so that
 * records are stored and stay. Ends with 1 when anything was answered in a way that is not documented.
 */

const CONNECTIONS = 16;
/** Made together, since making one at a time costs more than sending it. */
const MADE_AT_ONCE = 500;
/** Where there is no Kafka, these are the documented answers to whatever needs one. */
const EXPECTED_5XX: ReadonlySet<string> = new Set(['kafka_unavailable', '50302']);
/** Caches are warm after this share of the run; growth counts from there. */
const WARM = 0.1;

const [count = 10_000, seed = Date.now() % 2 ** 31] = process.argv.slice(2).map(Number);
if (!Number.isSafeInteger(count) || count < 1 || !Number.isSafeInteger(seed)) {
  throw new Error('Usage: npm run fuzz -- <count> [<seed>]');
}
const folder = await mkdtemp(join(tmpdir(), 'ponte-fuzz-'));
const [silent] = await freePorts(1);
const bridge = await BridgeProcess.start({
  env: {
    OUTBOX_URL: `sqlite:${join(folder, 'outbox.db')}`,
    OUTBOX_BALLAST: '0',
    KAFKA_BROKERS: `127.0.0.1:${silent}`,
    CONFIRM_WAIT_MS: '0',
    QUEUE_MAX_ROWS: '1000000000',
    QUEUE_MAX_BYTES: '1 TiB',
    LOG_LEVEL: 'error',
  },
});
const state = { ended: false };
void noteEnd();
const report = new FuzzReport(EXPECTED_5XX);
try {
  await run();
  await finish();
} finally {
  await bridge.kill();
  await rm(folder, { recursive: true, force: true });
}

async function noteEnd(): Promise<void> {
  await bridge.ended;
  state.ended = true;
}

async function run(): Promise<void> {
  const startedAt = performance.now();
  let made = 0;
  let warm = false;
  const lane = async (): Promise<void> => {
    const connection = new FuzzConnection(bridge.port);
    while (made < count && !state.ended) {
      const from = made;
      made += MADE_AT_ONCE;
      const numRuns = Math.min(MADE_AT_ONCE, count - from);
      for (const request of fc.sample(fuzzRequest, { numRuns, seed: (seed + from) | 0 })) {
        if (state.ended) break;
        report.note(request, await connection.send(request).catch(() => []));
      }
      if (!warm && made >= count * WARM) {
        warm = true;
        report.before = await figures();
      }
    }
    connection.close();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, lane));
  report.seconds = (performance.now() - startedAt) / 1_000;
}

async function finish(): Promise<void> {
  if (state.ended) throw new Error(`The bridge has ended.\n${bridge.lines.slice(-20).join('\n')}`);
  // The bridge closes its side of the connections once it has seen that they are gone.
  let after = await figures();
  for (let look = 0; look < 100 && after.sockets >= CONNECTIONS; look++) after = await figures();
  const { metrics, outbox } = (await (await fetch(`${bridge.url}/metrics`)).json()) as {
    metrics: { totalReceived: number };
    outbox: { total: number };
  };
  const stored = { received: metrics.totalReceived, rows: outbox.total };
  const faults = report.print({ seed, after, stored, logged: bridge.lines });
  process.exitCode = faults === 0 ? 0 : 1;
}

async function figures(): Promise<Figures> {
  const answer = await fetch(`${bridge.url}/metrics`, { headers: { connection: 'close' } });
  const { middleware } = (await answer.json()) as { middleware: { memory: NodeJS.MemoryUsage } };
  const folderOfFiles = `/proc/${bridge.pid}/fd`;
  const open = await readdir(folderOfFiles).catch(() => []);
  const links = await Promise.all(
    open.map((one) => readlink(join(folderOfFiles, one)).catch(() => '')),
  );
  return {
    rss: middleware.memory.rss,
    heapUsed: middleware.memory.heapUsed,
    sockets: links.filter((link) => link.startsWith('socket:')).length,
  };
}
