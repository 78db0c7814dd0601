import { NO_TENANT } from '@bridge/outbox';
import { KafkaModel } from '../kafka-model/kafka-model.js';
import { NewsBus } from '../memory-outbox/memory-news.js';
import { MemoryTables } from '../memory-outbox/memory-tables.js';
import type { StorageWeather } from '../memory-outbox/memory-writer.js';
import { Incarnation, type Told } from './incarnation.js';
import { Network } from './network.js';
import type { Plan, PlannedTopic } from './plan.js';
import { Random } from './random.js';
import { Scheduler } from './scheduler.js';
import { Trace } from './trace.js';

export const HEALTHY_STORAGE: StorageWeather = { commitMs: 2, lost: 0 };

/** Everything that one run consists of: a cluster, a database, and the processes that come and go. */
export class World {
  readonly trace: Trace;
  readonly scheduler: Scheduler;
  readonly kafka: KafkaModel;
  readonly network: Network;
  readonly tables: MemoryTables;
  /** Where processes that share the database tell each other; null: only one has it. */
  readonly bus: NewsBus | null;
  storage: StorageWeather = HEALTHY_STORAGE;
  /** What the run has come to. */
  readonly sights = new Set<string>();
  readonly commitsTried = new Set<string>();
  readonly told: Told[] = [];
  readonly incarnations: Incarnation[] = [];

  constructor(
    readonly plan: Plan,
    keepTrace: boolean,
  ) {
    this.trace = new Trace(keepTrace);
    this.scheduler = new Scheduler(new Random(plan.seed + 0x5eed), this.trace);
    this.kafka = new KafkaModel(this.scheduler, this.seen);
    this.network = new Network(this.scheduler, this.kafka.cluster, this.seen);
    this.tables = new MemoryTables(`outbox-${plan.seed}`);
    this.bus = plan.instances > 1 ? new NewsBus() : null;
  }

  readonly seen = (what: string): void => {
    if (!this.sights.has(what)) this.trace.note(this.scheduler.now, `first time: ${what}`);
    this.sights.add(what);
  };

  /** The process that owns the database, or has this place among those that share it, when there is one. */
  ownerAt(place: number): Incarnation | null {
    const last = this.incarnations.findLast((one) => one.place === place);
    return last?.process.alive === true ? last : null;
  }

  /** Of each place. */
  get owners(): Incarnation[] {
    return this.places.flatMap((place) => this.ownerAt(place) ?? []);
  }

  /** Any of those that live, as a load balancer or the chance of a fault finds it. */
  anyOwner(): Incarnation | null {
    const { owners } = this;
    return owners.length === 0 ? null : this.scheduler.random.pick(owners);
  }

  get places(): number[] {
    return Array.from({ length: this.plan.instances }, (_, place) => place);
  }

  startProcess(place: number): Incarnation {
    const number = this.incarnations.length;
    const pipelines = this.plan.pipelines[number] ?? this.plan.delivery.pipelines;
    const next = new Incarnation(this, number, pipelines, place);
    this.incarnations.push(next);
    next.start();
    return next;
  }

  topicOf(topic: string): Pick<PlannedTopic, 'delivery' | 'tenant'> {
    const planned = this.plan.topics.find(({ name }) => name === topic);
    return planned ?? { delivery: 'exactly-once', tenant: NO_TENANT };
  }
}
