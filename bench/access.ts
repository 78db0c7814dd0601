import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT_ROOT } from '../dev/project-root.js';
import { drained, getJson, type HealthView } from '../test/support/bridge-api.js';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import { perSecond, table, type Compared } from './compared.js';
import type { HttpJob } from './http-load.js';
import { figuresOf, percentile } from './measurement.js';
import { accepting, delivering } from './posting.js';
import { cpuMs } from './process-use.js';
import { profileOf, profilerIn } from './profiled.js';
import { shareOf } from './self-times.js';
import { TOPIC, type Stack } from './stack.js';

const ROUNDS = 4;
const PACE = { warmUpMs: 600, measureMs: 2_500 };
/** Some hundredths are looked for: more rounds, and the time of the processor beside the rate, which is less noisy. */
const COST_ROUNDS = 10;
const COST_PACE = { warmUpMs: 0, measureMs: 3_000 };
const DRAINED_WITHIN_MS = 180_000;
const ASKING = /\/bridge\/src\/(?:access\/|ingestion\/quotas\.js)/;
/** More than is delivered while it is measured, so that it is there all the time. */
const FLOOD = { clients: 4, records: 100 };
const FLOOD_LIST = 500;
const FLOOD_TOPIC = 'bench-flood';
/** Of no tenant. */
const OWN_TOPIC = 'bench-own';

type Way = Compared['ways'][number];

/** Who posts, and to which topic. */
interface Poster {
  readonly authorization: string | null;
  readonly topic: string;
}

/** What keys cost, and what a tenant feels of another one's flood; the report for docs/performance.md. */
export async function measureAccess(stack: Stack, say: (line: string) => void): Promise<string> {
  for (const topic of [FLOOD_TOPIC, OWN_TOPIC]) await stack.kafka.createTopic(topic);
  const path = join(stack.folder, 'keys.json');
  const keys = makeKeys(path);
  const open = await stack.startBridge('exactly-once', {
    OUTBOX_URL: `sqlite:${join(stack.folder, 'open.db')}`,
    KEYS_PATH: join(stack.folder, 'none.json'),
  });
  const keyed = await stack.startBridge('exactly-once', { KEYS_PATH: path });
  const measure = async (
    way: Way,
    bridge: BridgeProcess,
    job: HttpJob,
    flood: HttpJob | null = null,
  ): Promise<void> => {
    if (flood !== null) await stack.http.run(flood);
    const measurement = await stack.http.run(job);
    way.rounds.push(measurement);
    const { p50 } = figuresOf(measurement);
    const left = flood === null ? '' : `, ${await waitingIn(bridge, keys.operator)} still wait`;
    say(`${way.name}: ${perSecond(measurement)}/s, p50 ${p50.toFixed(1)} ms${left}`);
    await drained(bridge.url, DRAINED_WITHIN_MS, keys.operator);
  };
  const costs: string[] = [];
  for (const clients of [1, 32]) {
    costs.push(await costOfKeys(measure, { open, keyed }, keys, clients));
    costs.push(await timeOfAsking(stack, path, keys, clients));
  }
  return [...costs, table(await besideFlood(measure, keyed, keys))].join('\n\n');
}

type Measure = (
  way: Way,
  bridge: BridgeProcess,
  job: HttpJob,
  flood?: HttpJob | null,
) => Promise<void>;

async function costOfKeys(
  measure: Measure,
  { open, keyed }: Readonly<Record<'open' | 'keyed', BridgeProcess>>,
  { own, quiet }: Keys,
  clients: number,
): Promise<string> {
  const all = ways('nobody is asked', 'with a key and its topics', 'with a tenant as well');
  const [none, key, tenant] = all;
  const spent = new Map<Way, number[]>(all.map((way) => [way, []]));
  const spend = async (way: Way, bridge: BridgeProcess, poster: Poster): Promise<void> => {
    const before = await cpuMs(bridge);
    await measure(way, bridge, by(accepting([bridge.port], { ...COST_PACE, clients }), poster));
    const records = way.rounds.at(-1)?.latenciesMs.length ?? Number.NaN;
    spent.get(way)?.push(((await cpuMs(bridge)) - before) / records);
  };
  const cells = [
    () => spend(none, open, { authorization: null, topic: TOPIC }),
    () => spend(key, keyed, { authorization: own, topic: OWN_TOPIC }),
    () => spend(tenant, keyed, { authorization: quiet, topic: TOPIC }),
  ];
  await inRounds(cells, COST_ROUNDS);
  const medians = all.map((way) =>
    percentile(
      spent.get(way)!.toSorted((a, b) => a - b),
      50,
    ),
  );
  const [base = Number.NaN] = medians;
  const each = medians.map((ms) => `${ms.toFixed(3)} ms (${(ms / base).toFixed(2)} ×)`);
  const text = `CPU of the bridge for a record until it is in Kafka, medians of ${COST_ROUNDS} rounds, in the same order: ${each.join(', ')}.`;
  return `${table({ title: `accepted, ${clients} clients`, ways: all })}\n\n${text}`;
}

/** How much of its work the bridge spends on who may come: the same for every key, and not blurred by two processes. */
async function timeOfAsking(
  stack: Stack,
  keysPath: string,
  { quiet, operator }: Keys,
  clients: number,
): Promise<string> {
  const file = join(stack.folder, `asking-${clients}.cpuprofile`);
  const bridge = await stack.startBridge('exactly-once', {
    ...profilerIn(file),
    OUTBOX_URL: `sqlite:${join(stack.folder, `asking-${clients}.db`)}`,
    KEYS_PATH: keysPath,
  });
  const poster = { authorization: quiet, topic: TOPIC };
  const cell = (): Promise<unknown> =>
    stack.http.run(by(accepting([bridge.port], { ...COST_PACE, clients }), poster));
  await cell();
  const share = shareOf(await profileOf(bridge, file, cell), ASKING);
  await drained(bridge.url, DRAINED_WITHIN_MS, operator);
  await bridge.terminate();
  const percent = (share * 100).toFixed(1);
  return `Who may come, what he may and how much of it took ${percent} % of the time in which the bridge's main thread was busy (CPU profile of a run of ${COST_PACE.measureMs / 1_000} s, a key with a tenant, ${clients} ${clients === 1 ? 'client' : 'clients'}).`;
}

async function besideFlood(
  measure: Measure,
  bridge: BridgeProcess,
  { quiet, flood }: Keys,
): Promise<Compared> {
  const [alone, beside] = ways('nobody else posts', 'while a flood of another tenant waits');
  const job = by(delivering([bridge.port], { ...PACE, clients: 1 }), {
    authorization: quiet,
    topic: TOPIC,
  });
  const waits = by(accepting([bridge.port], FLOOD, FLOOD_LIST), {
    authorization: flood,
    topic: FLOOD_TOPIC,
  });
  const cells = [() => measure(alone, bridge, job), () => measure(beside, bridge, job, waits)];
  await inRounds(cells, ROUNDS);
  return { title: 'delivered, 1 client of a tenant', ways: [alone, beside] };
}

async function waitingIn({ url }: BridgeProcess, authorization: string): Promise<number> {
  const { outbox } = await getJson<HealthView>(`${url}/health`, authorization);
  return outbox.pending;
}

async function inRounds(cells: readonly (() => Promise<void>)[], rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    for (const cell of round % 2 === 0 ? cells : cells.toReversed()) await cell();
  }
}

function ways<Names extends readonly string[]>(...names: Names): { [N in keyof Names]: Way } {
  return names.map((name): Way => ({ name, rounds: [] })) as { [N in keyof Names]: Way };
}

function by(job: HttpJob, { authorization, topic }: Poster): HttpJob {
  return { ...job, authorization, paths: [`/topics/${topic}`] };
}

/** As the header `Authorization` shows them. */
interface Keys {
  readonly operator: string;
  /** Of no tenant. */
  readonly own: string;
  readonly quiet: string;
  readonly flood: string;
}

/** As whoever runs a bridge makes them. */
function makeKeys(path: string): Keys {
  const command = join(PROJECT_ROOT, 'dist', 'apps', 'bridge', 'src', 'cli', 'keys.js');
  const run = (...args: readonly string[]): string =>
    execFileSync(process.execPath, [command, ...args, '--json'], {
      env: { ...process.env, KEYS_PATH: path },
      encoding: 'utf8',
    });
  const make = (name: string, ...more: readonly string[]): string => {
    const rights = ['--role', 'produce', '--role', 'read', '--topic', '*'];
    const { key } = JSON.parse(run('create', name, ...rights, ...more)) as { readonly key: string };
    return `Bearer ${key}`;
  };
  run('tenant', 'quiet', '--topic', TOPIC);
  run('tenant', 'flood', '--topic', FLOOD_TOPIC);
  return {
    operator: make('operator'),
    own: make('own'),
    quiet: make('quiet', '--tenant', 'quiet'),
    flood: make('flood', '--tenant', 'flood'),
  };
}
