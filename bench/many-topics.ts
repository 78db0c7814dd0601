import { createTopics } from '../dev/kafka/topics.js';
import { drained } from '../test/support/bridge-api.js';
import type { BridgeProcess } from '../test/support/bridge-process.js';
import type { PostgresServer } from '../test/support/postgres.js';
import { perSecond, type Compared } from './compared.js';
import type { HttpJob } from './http-load.js';
import { JobProcess } from './job-process.js';
import { figuresOf, type Measurement } from './measurement.js';
import { accepting, delivering } from './posting.js';
import { run, startBridge } from './running-instances.js';
import type { Stack } from './stack.js';

const TOPICS = 1_000;
/** Topics that are made in one request. */
const TOPICS_AT_ONCE = 50;
const INSTANCES = 3;
const CLIENTS = 16;
const ROUNDS = 4;
const PACE = { clients: CLIENTS, warmUpMs: 600, measureMs: 2_500 };
const DRAINED_WITHIN_MS = 180_000;

type Way = Compared['ways'][number];

/** What 1,000 topics cost beside one, and what everybody else feels there of one key with half of the load. */
export async function manyTopics(
  stack: Stack,
  postgres: PostgresServer,
  say: (line: string) => void,
): Promise<Compared[]> {
  const names = Array.from({ length: TOPICS }, (_, n) => `bench-${String(n).padStart(4, '0')}`);
  const paths = names.map((topic) => `/topics/${topic}`);
  const [first = ''] = names;
  await stack.kafka.createTopic(first, { partitions: 1 });
  const bridges = await startAll(stack, await postgres.database());
  const beside = await JobProcess.start<HttpJob, Measurement>('http-load.js');
  stack.onStop(() => beside.stop());
  const many = {
    ...delivering(
      bridges.map(({ port }) => port),
      PACE,
    ),
    paths,
  };
  const one = { ...many, paths: paths.slice(0, 1) };
  const measure = async (way: Way, job: HttpJob, other: HttpJob | null = null): Promise<void> => {
    const running = other === null ? null : beside.run(other);
    const measurement = await stack.http.run(job);
    await running;
    way.rounds.push(measurement);
    const { p50 } = figuresOf(measurement);
    say(`${way.name}: ${perSecond(measurement)}/s, p50 ${p50.toFixed(0)} ms`);
    for (const { url } of bridges) await drained(url, DRAINED_WITHIN_MS);
  };

  const [ofMany, inTurn, before, spread, hot] = [
    'one topic of 1,000',
    '1,000 topics in turn',
    'one topic, before the other 999 were made',
    'spread over many keys',
    'all of one key',
  ].map((name): Way => ({ name, rounds: [] })) as [Way, Way, Way, Way, Way];
  for (let round = 0; round < ROUNDS; round++) await measure(before, one);
  await makeTopics(stack, names.slice(1));
  say(`${TOPICS} topics are there`);
  // Every topic is known to whoever has accepted a record for it before the first round.
  const known = accepting(many.ports, { clients: CLIENTS, records: INSTANCES * TOPICS });
  await measure({ name: 'accepted for each of them', rounds: [] }, { ...known, paths });
  const cells = [
    () => measure(ofMany, one),
    () => measure(inTurn, many),
    () => measure(spread, many, one),
    () => measure(hot, many, { ...one, key: 'hot' }),
  ];
  for (let round = 0; round < ROUNDS; round++) {
    for (const cell of round % 2 === 0 ? cells : cells.toReversed()) await cell();
  }
  return [
    {
      title: `delivered, ${CLIENTS} clients, ${INSTANCES} instances`,
      ways: [ofMany, inTurn, before],
    },
    {
      title: '1,000 topics in turn, beside as much again for one topic',
      ways: [spread, hot],
    },
  ];
}

async function startAll(stack: Stack, outbox: string): Promise<BridgeProcess[]> {
  const starting = Array.from({ length: INSTANCES }, () => startBridge(stack, outbox));
  return run(await Promise.all(starting), INSTANCES);
}

async function makeTopics({ kafka }: Stack, names: readonly string[]): Promise<void> {
  for (let at = 0; at < names.length; at += TOPICS_AT_ONCE) {
    const some = names.slice(at, at + TOPICS_AT_ONCE);
    await createTopics(kafka.bootstrap, some, { partitions: 1 });
  }
}
