import type { StorageWeather } from '../memory-outbox/memory-writer.js';
import { NODES, type NodeState, type Sickness } from '../kafka-model/cluster.js';
import type { Weather } from './network.js';
import type { Emphasis, PlannedTopic } from './plan.js';
import type { Random } from './random.js';

/** Times are milliseconds of the run. */
interface Lasting {
  readonly at: number;
  readonly forMs: number;
}

export type Fault =
  /** kill -9 after so many steps of the process's life; the next one starts `downMs` later. */
  | { readonly kind: 'crash'; readonly afterSteps: number; readonly downMs: number }
  /** In good order. */
  | { readonly kind: 'restart'; readonly at: number }
  /** `takeover`: another process starts meanwhile and owns the database; this one goes on without it. */
  | (Lasting & { readonly kind: 'pause'; readonly takeover: boolean })
  | (Lasting & { readonly kind: 'weather'; readonly weather: Weather })
  | (Lasting & { readonly kind: 'storage'; readonly weather: StorageWeather })
  | (Lasting & { readonly kind: 'node'; readonly node: number; readonly state: NodeState })
  | (Lasting & { readonly kind: 'outage'; readonly state: NodeState })
  | (Lasting & {
      readonly kind: 'sick';
      readonly topic: string;
      readonly partition: number;
      readonly sickness: Sickness;
    })
  | { readonly kind: 'moves'; readonly at: number }
  | (Lasting & { readonly kind: 'unauthorized'; readonly topic: string })
  /** The operator replays, or else discards, what is dead then. */
  | { readonly kind: 'operator'; readonly at: number; readonly does: 'replay' | 'discard' };

const LAST_BEGIN_MS = 8_000;

type Maker = (random: Random, topics: readonly PlannedTopic[]) => Fault;

const lasting = (random: Random, longest: number): Lasting => ({
  at: random.between(0, LAST_BEGIN_MS),
  forMs: random.chance(0.5) ? random.between(5, 1_000) : random.between(5, longest),
});

const crash: Maker = (random) => ({
  kind: 'crash',
  afterSteps: random.chance(0.5) ? random.between(1, 60) : random.between(1, 500),
  downMs: random.chance(0.5) ? random.between(0, 50) : random.between(0, 3_000),
});

const restart: Maker = (random) => ({ kind: 'restart', at: random.between(0, LAST_BEGIN_MS) });

const pause: Maker = (random) => ({
  kind: 'pause',
  ...lasting(random, 25_000),
  takeover: random.chance(0.6),
});

/** About as long as a lease, or longer: another instance may take over meanwhile. */
const freeze: Maker = (random) => ({
  kind: 'pause',
  at: random.between(0, LAST_BEGIN_MS),
  forMs: random.between(8_000, 25_000),
  takeover: false,
});

const weather: Maker = (random) => {
  const worst = random.pick([0.02, 0.1, 0.3]);
  const share = (): number => (random.chance(0.6) ? worst * random.next() : 0);
  return {
    kind: 'weather',
    ...lasting(random, 10_000),
    weather: {
      requestLost: share() / 2,
      answerLost: share(),
      late: share(),
      lateMs: random.pick([50, 5_000, 20_000]),
      doubled: share(),
    },
  };
};

const storage: Maker = (random) => ({
  kind: 'storage',
  ...lasting(random, 6_000),
  weather: {
    commitMs: random.pick([2, 50, 400]),
    lost: random.chance(0.8) ? random.pick([0.02, 0.1, 0.4]) : 0,
  },
});

const slowStorage: Maker = (random) => ({
  kind: 'storage',
  ...lasting(random, 6_000),
  weather: { commitMs: random.pick([50, 400]), lost: 0 },
});

const node: Maker = (random) => ({
  kind: 'node',
  ...lasting(random, 15_000),
  node: random.pick(NODES),
  state: random.pick(['down', 'frozen']),
});

const outage: Maker = (random) => ({
  kind: 'outage',
  ...lasting(random, 12_000),
  state: random.pick(['down', 'frozen']),
});

const sick: Maker = (random, topics) => {
  const { name: topic, partitions } = random.pick(topics);
  return {
    kind: 'sick',
    ...lasting(random, 10_000),
    topic,
    partition: random.between(0, partitions - 1),
    sickness: random.pick(['leaderless', 'few-replicas']),
  };
};

const moves: Maker = (random) => ({ kind: 'moves', at: random.between(0, LAST_BEGIN_MS) });

const unauthorized: Maker = (random, topics) => ({
  kind: 'unauthorized',
  ...lasting(random, 5_000),
  topic: random.pick(topics).name,
});

const operator: Maker = (random) => ({
  kind: 'operator',
  at: random.between(1_000, 2 * LAST_BEGIN_MS),
  does: random.chance(0.75) ? 'replay' : 'discard',
});

const ALL = [
  crash,
  restart,
  pause,
  weather,
  storage,
  node,
  outage,
  sick,
  moves,
  unauthorized,
  operator,
];

/** What each emphasis has most of; the last ones come along now and then. */
const MAKERS: Readonly<Record<Emphasis, { readonly often: Maker[]; readonly seldom: Maker[] }>> = {
  crashes: { often: [crash], seldom: [crash, restart, weather, slowStorage] },
  network: { often: [weather], seldom: [crash, moves, weather] },
  cluster: { often: [node, outage, sick, moves], seldom: [crash, weather] },
  refusals: { often: [unauthorized, operator, sick], seldom: [crash, weather, restart] },
  zombies: { often: [pause], seldom: [crash, weather, moves] },
  database: { often: [storage], seldom: [crash, weather, sick, operator, unauthorized] },
  everything: { often: ALL, seldom: ALL },
  instances: { often: [crash, freeze, restart, storage, weather, outage, operator], seldom: ALL },
};

export function planFaults(
  random: Random,
  emphasis: Emphasis,
  topics: readonly PlannedTopic[],
): Fault[] {
  const { often, seldom } = MAKERS[emphasis];
  const most = emphasis === 'refusals' ? 8 : 4;
  const main = Array.from({ length: random.between(1, most) }, () => random.pick(often));
  const other = Array.from({ length: random.between(0, 2) }, () => random.pick(seldom));
  return [...main, ...other].map((make) => make(random, topics));
}
