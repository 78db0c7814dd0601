import type { Broker } from '../../../../dev/kafka/broker.js';
import { pipelineCoordinator, moveLeaders } from '../../../support/brokers.js';
import type { BridgeSetup } from '../../../support/bridge-setup.js';
import type { FaultyWorld } from '../faulty-world.js';
import { outage, type Outage } from '../outage.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

interface Scene {
  readonly world: FaultyWorld;
  readonly setup: BridgeSetup;
  readonly topics: readonly string[];
  readonly scale: Scale;
}

/** The outages of one row, in the order in which they come. */
type Outages = (scene: Scene) => AsyncIterable<Outage> | Iterable<Outage>;

async function brokersGo(world: FaultyWorld, scale: Scale, outages: Outages): Promise<RowReport> {
  const topics = [await world.topic('brokers')];
  const setup = await world.bridge();
  let injected = 0;
  let resumedAfter = 0;
  const report = await world.oracle(setup, { topics }, async ({ load }) => {
    for await (const one of outages({ world, setup, topics, scale })) {
      const seconds = await outage(load, one);
      resumedAfter = Math.max(resumedAfter, seconds);
      injected++;
    }
  });
  return { injected, resumedAfter, findings: [report.findings], figures: [report.figures] };
}

const each = (scale: Scale, fast: number, full: number): number[] =>
  Array.from({ length: scale === 'fast' ? fast : full }, (_, index) => index);

/** Kills these brokers and starts them again. */
function killed(world: FaultyWorld, brokers: readonly Broker[], lastsMs: number): Outage {
  return {
    begin: async () => {
      await Promise.all(brokers.map((broker) => broker.kill()));
    },
    lastsMs,
    end: async () => {
      await Promise.all(brokers.map((broker) => broker.start()));
    },
    healed: () => world.kafka.waitReady(),
  };
}

function* oneKilled({ world, scale }: Scene): Generator<Outage> {
  for (const index of each(scale, 1, 21)) {
    yield killed(world, [world.kafka.broker((index % 3) + 1)], 1_000);
  }
}

function* rolling({ world, scale }: Scene): Generator<Outage> {
  for (const index of each(scale, 1, 6)) {
    const broker = world.kafka.broker((index % 3) + 1);
    const begin = (): Promise<void> => broker.stop();
    const end = (): Promise<void> => broker.start();
    yield { begin, lastsMs: 500, end, healed: () => world.kafka.waitReady() };
  }
}

function* twoKilled({ world, scale }: Scene): Generator<Outage> {
  for (const index of each(scale, 1, 3)) {
    const [one, two] = [(index % 3) + 1, ((index + 1) % 3) + 1];
    const brokers = [world.kafka.broker(one), world.kafka.broker(two)];
    yield killed(world, brokers, scale === 'fast' ? 3_000 : 20_000);
  }
}

async function* coordinatorKilled({ world, setup, scale }: Scene): AsyncGenerator<Outage> {
  for (const _ of each(scale, 1, 6)) {
    const id = await pipelineCoordinator(world.kafka.bootstrap, setup.database);
    yield killed(world, [world.kafka.broker(id)], 1_000);
  }
}

function* leadersMoved({ world, topics, scale }: Scene): Generator<Outage> {
  for (const _ of each(scale, 2, 12)) {
    yield {
      begin: () => moveLeaders(world.kafka.bootstrap, topics),
      lastsMs: 1_000,
      end: () => undefined,
    };
  }
}

const row = (number: number, title: string, fast: boolean, outages: Outages): FaultRow => ({
  number,
  title,
  fast,
  withinMs: 15 * 60_000,
  run: (world, scale) => brokersGo(world, scale, outages),
});

export const brokerRows: readonly FaultRow[] = [
  row(12, 'leaders move from broker to broker under load', false, leadersMoved),
  row(13, 'one broker killed with -9 and started again', true, oneKilled),
  row(14, 'rolling restart of all brokers, in good order', false, rolling),
  row(15, 'two of three brokers killed with -9', false, twoKilled),
  row(
    19,
    "the broker killed that coordinates the pipeline's transactions",
    false,
    coordinatorKilled,
  ),
];
