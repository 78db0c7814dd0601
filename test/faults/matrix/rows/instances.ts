import { setTimeout as delay } from 'node:timers/promises';
import { BridgeCluster } from '../../../../dev/cluster/bridge-cluster.js';
import { until } from '../../../support/bridge-api.js';
import type { BridgeProcess } from '../../../support/bridge-process.js';
import { withOracle, type Run } from '../../../support/oracle/run-with-oracle.js';
import { startPostgres, type PostgresServer } from '../../../support/postgres.js';
import type { FaultyWorld } from '../faulty-world.js';
import type { FaultRow, RowReport, Scale } from '../row.js';

const INSTANCES = 3;
const LANES = 64;
/** Longer than a lease: the frozen one wakes up as a zombie. */
const FROZEN_MS = 20_000;
const TAKEN_OVER_WITHIN_MS = 15_000;

interface Counts {
  readonly freezes: number;
  readonly killsAFreeze: number;
  readonly restarts: number;
}

const COUNTS: Readonly<Record<Scale, Counts>> = {
  fast: { freezes: 1, killsAFreeze: 3, restarts: 1 },
  full: { freezes: 10, killsAFreeze: 2, restarts: 6 },
};

/** Three bridges on one outbox behind a load balancer, and everything that can happen to them and to their database. */
class Torment {
  times = 0;
  slowestMs = 0;

  constructor(
    private readonly world: FaultyWorld,
    private readonly cluster: BridgeCluster,
    private readonly postgres: PostgresServer,
    private readonly counts: Counts,
  ) {}

  async inject({ load }: Run): Promise<void> {
    for (let round = 0; round < this.counts.freezes; round++) {
      await load.untilMoreConfirmed(20);
      await this.freeze(round % INSTANCES);
      await load.untilMoreConfirmed(20);
      if (round < this.counts.restarts) await this.restartDatabase(round);
      await load.untilMoreConfirmed(20);
      if (round % 4 === 0) await this.loseBroker(round % 3);
    }
    await load.untilMoreConfirmed(50);
  }

  /** The others take over; some of them are killed meanwhile, and afterwards. */
  private async freeze(instance: number): Promise<void> {
    const [frozen, ...others] = this.from(instance);
    frozen?.signal('SIGSTOP');
    const since = Date.now();
    await this.takenOver(others);
    for (let kill = 0; kill < this.counts.killsAFreeze; kill++) await this.kill(others[kill % 2]);
    await delay(Math.max(0, FROZEN_MS - (Date.now() - since)));
    frozen?.signal('SIGCONT');
    this.times++;
  }

  private async takenOver(others: readonly BridgeProcess[]): Promise<void> {
    const since = Date.now();
    await until(
      'every lane is somebody’s again',
      () => lanesOf(others),
      (lanes) => lanes === LANES,
      TAKEN_OVER_WITHIN_MS,
    );
    this.slowestMs = Math.max(this.slowestMs, Date.now() - since);
  }

  private async kill(bridge: BridgeProcess | undefined): Promise<void> {
    await delay(Math.random() * 1_500);
    await bridge?.restart();
    this.times++;
  }

  /** The first time the server is killed with -9, as the kernel does when there is no memory left. */
  private async restartDatabase(round: number): Promise<void> {
    await this.postgres.restart(round === 0 ? 'SIGKILL' : 'SIGQUIT');
    this.times++;
  }

  private async loseBroker(number: number): Promise<void> {
    const broker = this.world.kafka.brokers[number];
    await broker?.kill();
    await delay(2_000);
    await broker?.start();
    this.times++;
  }

  private from(first: number): readonly BridgeProcess[] {
    const { bridges } = this.cluster;
    return [...bridges.slice(first), ...bridges.slice(0, first)];
  }
}

async function lanesOf(bridges: readonly BridgeProcess[]): Promise<number> {
  const lanes = bridges.map(async ({ url }) => {
    const response = await fetch(`${url}/metrics`, { headers: { accept: 'text/plain' } });
    return Number(/^ponte_lanes (\d+)/m.exec(await response.text())?.[1] ?? 0);
  });
  return (await Promise.all(lanes)).reduce((sum, one) => sum + one, 0);
}

async function instances(world: FaultyWorld, scale: Scale): Promise<RowReport> {
  const topics = [await world.topic('shared'), await world.topic('shared')];
  const postgres = await startPostgres();
  try {
    const outbox = await postgres.database();
    const cluster = await BridgeCluster.start({
      instances: INSTANCES,
      outbox,
      kafka: world.proxy.bootstrap,
      env: { CONFIRM_WAIT_MS: '2000' },
    });
    try {
      const torment = new Torment(world, cluster, postgres, COUNTS[scale]);
      const { findings, figures } = await withOracle(
        {
          kafka: world.kafka,
          topics,
          bridges: cluster.bridges,
          outbox: (sql) => postgres.query(sql, outbox),
          load: { urls: [cluster.url], maxPerSecond: 150 },
          // Several producers whose transactions are aborted at once: read by another client than ours, too.
          java: true,
          drainWithinMs: 120_000,
        },
        (run) => torment.inject(run),
      );
      const seconds = (torment.slowestMs / 1_000).toFixed(1);
      const note = `slowest take-over ${seconds} s`;
      return { injected: torment.times, findings: [findings], figures: [figures], note };
    } finally {
      await cluster.kill();
    }
  } finally {
    await postgres.stop();
  }
}

export const instanceRows: readonly FaultRow[] = [
  {
    number: 34,
    title: 'three bridges on PostgreSQL, killed and frozen for 20 s; PostgreSQL and brokers killed',
    fast: true,
    withinMs: 15 * 60_000,
    run: instances,
  },
];
