import { copyFile, mkdir, mkdtemp, readFile, rm, statfs, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BridgeProcess } from '../../test/support/bridge-process.js';
import type { CleanUps } from '../clean-ups.js';
import { LocalKafka } from '../kafka/local-kafka.js';
import { PROJECT_ROOT } from '../project-root.js';
import { prometheusProgram, PrometheusProcess } from '../prometheus.js';
import { until } from '../until.js';
import { Erp } from './erp.js';
import { intervalsOf, pacedConfiguration, pacedRules } from './pace.js';

/** The ERP's topics: its invoices; one that takes small records only; one that a single broker has. */
export const TOPICS = { invoices: 'notas-fiscais', small: 'cadastros', single: 'estoque' } as const;
export const DEAD_LETTER_TOPIC = 'dlq-topic';
export const SMALL_BYTES = 1_000;
export const QUEUE_MAX_ROWS = 1_000;

/** A disk that is small to the bridge, of which a file can take a part: it is in memory and everybody may write there. */
const SMALL_DISK = '/dev/shm';
/** What the outbox may use there, at most. */
const ROOM_BYTES = 256 * 2 ** 20;
const DRAINED_WITHIN_MS = 120_000;

/** What a game day plays on: Kafka with three brokers, one bridge, Prometheus with the project's rules, an ERP that posts. */
export interface Setup {
  readonly kafka: LocalKafka;
  readonly bridge: BridgeProcess;
  readonly prometheus: PrometheusProcess;
  readonly erp: Erp;
  /** Seconds between two scrapes, and between two evaluations of the rules. */
  readonly intervals: { readonly scrape: number; readonly evaluation: number };
  /** The bridge's own folder, with its outbox in `data`. */
  readonly home: string;
  /** What others have put on its disk. */
  readonly intruder: string;
  /** For what is kept aside. */
  readonly aside: string;
  /** Bytes that the outbox may use of its disk. */
  readonly room: number;
}

/** @throws Error that says what this machine lacks. */
export async function startSetup(
  pace: number,
  cleanUps: CleanUps,
  say: (line: string) => void,
): Promise<Setup> {
  if (!existsSync(SMALL_DISK)) throw new Error(`A game day needs Linux, with ${SMALL_DISK}.`);
  await prometheusProgram('prometheus');
  const home = await temporary(SMALL_DISK, cleanUps);
  const aside = await temporary(tmpdir(), cleanUps);
  const kafka = await LocalKafka.start();
  cleanUps.add(() => kafka.stop());
  await createTopics(kafka);
  say(`Kafka: 3 brokers at ${kafka.bootstrap.join(', ')}`);

  const { room, minFree } = await shareOfDisk();
  const bridge = await BridgeProcess.start({
    cwd: home,
    env: {
      KAFKA_BROKERS: kafka.bootstrap.join(','),
      OUTBOX_URL: `sqlite:${join(home, 'data', 'outbox.db')}`,
      DLQ_TOPIC: DEAD_LETTER_TOPIC,
      OUTBOX_BALLAST: '0',
      MIN_FREE_DISK: String(minFree),
      QUEUE_MAX_ROWS: String(QUEUE_MAX_ROWS),
    },
  });
  cleanUps.add(() => bridge.kill());
  say(`Bridge: ${bridge.url} (outbox: SQLite)`);

  const { configuration, intervals } = await configure(aside, bridge.port, pace);
  const prometheus = await PrometheusProcess.start(configuration, aside);
  cleanUps.add(() => prometheus.stop());
  // Of a counter that has risen before the first scrape nobody sees that it rose.
  await until(
    'Prometheus has scraped the bridge twice',
    () => prometheus.query('count_over_time(up{job="ponte"}[5m]) > 1'),
    (found) => found.length === 1,
  );
  say(`Prometheus: ${prometheus.url} (a scrape every ${intervals.scrape} s)`);
  const erp = new Erp(bridge.url, TOPICS.invoices);
  const intruder = join(home, 'somebody-elses.file');
  return { kafka, bridge, prometheus, erp, intervals, home, intruder, aside, room };
}

/** Waits until nothing waits in the bridge. */
export async function drained({ bridge }: Setup): Promise<void> {
  interface Health {
    readonly outbox: { readonly pending: number; readonly failed: number };
  }
  await until(
    'nothing waits for Kafka',
    async () => (await (await fetch(`${bridge.url}/health`)).json()) as Health,
    ({ outbox }) => outbox.pending + outbox.failed === 0,
    DRAINED_WITHIN_MS,
  );
}

/** The message ids of the dead letters (a page of them). */
export async function deadLetters({ bridge }: Setup): Promise<readonly string[]> {
  const response = await fetch(`${bridge.url}/admin/dead-letters`);
  const { items } = (await response.json()) as {
    readonly items: readonly { readonly message_id: string }[];
  };
  return items.map((item) => item.message_id);
}

/** After a fault that was not cured: so that the next one has what it needs. */
export async function putRight({ kafka, bridge, intruder }: Setup): Promise<void> {
  await rm(intruder, { force: true });
  await kafka.startAll();
  await kafka.waitReady();
  await bridge.kill();
  await bridge.start();
}

async function temporary(parent: string, cleanUps: CleanUps): Promise<string> {
  const folder = await mkdtemp(join(parent, 'ponte-gameday-'));
  cleanUps.add(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

async function createTopics(kafka: LocalKafka): Promise<void> {
  await kafka.createTopic(TOPICS.invoices);
  await kafka.createTopic(DEAD_LETTER_TOPIC);
  await kafka.createTopic(TOPICS.small, { config: { 'max.message.bytes': String(SMALL_BYTES) } });
  await kafka.createTopic(TOPICS.single, { partitions: 1, replicationFactor: 1 });
}

async function shareOfDisk(): Promise<{ room: number; minFree: number }> {
  const { blocks, bavail, bsize } = await statfs(SMALL_DISK);
  const free = bavail * bsize;
  const used = blocks * bsize - free;
  const room = Math.min(ROOM_BYTES, Math.floor(free / 2));
  if (used > room) throw new Error(`${SMALL_DISK} is too full for a game day: make room there.`);
  return { room: used + room, minFree: free - room };
}

/** The project's own configuration and rules, for this bridge and at this pace. */
async function configure(folder: string, port: number, pace: number) {
  const shipped = join(PROJECT_ROOT, 'deploy', 'prometheus');
  const rules = join(shipped, 'alerts.yml');
  await mkdir(folder, { recursive: true });
  if (pace === 1) await copyFile(rules, join(folder, 'alerts.yml'));
  else await writeFile(join(folder, 'alerts.yml'), pacedRules(await readFile(rules, 'utf8'), pace));
  const text = await readFile(join(shipped, 'prometheus.yml'), 'utf8');
  const paced = pacedConfiguration(text, { port, pace });
  const configuration = join(folder, 'prometheus.yml');
  await writeFile(configuration, paced);
  return { configuration, intervals: intervalsOf(paced) };
}
