import type { Cluster } from '../kafka-model/cluster.js';
import type { SimulatedProcess } from './process.js';
import type { Scheduler } from './scheduler.js';

/** Shares from 0 to 1 of the requests that it happens to; `lateMs` is the most that a late one is late. */
export interface Weather {
  readonly requestLost: number;
  readonly answerLost: number;
  readonly late: number;
  readonly lateMs: number;
  readonly doubled: number;
}

export const FAIR: Weather = { requestLost: 0, answerLost: 0, late: 0, lateMs: 0, doubled: 0 };

/** The client's own limit for one request, as the real adapters set it. */
const REQUEST_TIMEOUT_MS = 4_000;
const LATENCY_MS = [0.1, 1.5] as const;
/** How often a request looks whether a frozen node has thawed. */
const HELD_MS = 300;
/** Share of the requests on their way that still arrive after their sender has let go of the connection. */
const ARRIVES_ALL_THE_SAME = 0.6;

/** What the client throws when there is no answer. */
export class NoAnswer extends Error {
  override readonly name = 'KafkaJSConnectionError';
}

/** Between clients and nodes. */
export class Network {
  weather: Weather = FAIR;

  constructor(
    readonly scheduler: Scheduler,
    readonly cluster: Cluster,
    readonly seen: (what: string) => void,
  ) {}

  get latency(): number {
    const [soonest, latest] = LATENCY_MS;
    return this.scheduler.random.span(soonest, latest);
  }
}

/** One connection: as with TCP, what is sent arrives in order and once, or not at all. */
interface Link {
  nextArrival: number;
  nextAnswer: number;
  /** A lost request takes everything behind it along. */
  broken: boolean;
}

/** The connections of one client, one a node. */
export class Connections {
  private readonly links = new Map<number, Link>();
  private readonly calls = new Set<Call>();
  private dropped = false;

  constructor(
    private readonly network: Network,
    private readonly process: SimulatedProcess,
  ) {}

  /** Sends a request; `serve` runs at the node when it arrives. @throws NoAnswer, or what `serve` throws. */
  call<T>(node: number, what: string, serve: () => T): Promise<T> {
    if (this.dropped) return Promise.reject(new NoAnswer('This client was let go of.'));
    const link = this.links.get(node) ?? { nextArrival: 0, nextAnswer: 0, broken: false };
    this.links.set(node, link);
    return new Promise((resolve, reject) => {
      const outcome = (): (() => void) => {
        try {
          const value = serve();
          return () => resolve(value);
        } catch (error) {
          return () => reject(error);
        }
      };
      const name = `${this.process.name} ${what} @${node}`;
      const call: Call = new Call(
        this.network,
        link,
        node,
        name,
        outcome,
        (settle) => {
          this.calls.delete(call);
          this.process.deliver(name, settle);
        },
        reject,
      );
      this.calls.add(call);
      call.send();
    });
  }

  /** Lets go of all of them: nobody hears an answer any more, but what is on its way may still arrive. */
  drop(): void {
    this.dropped = true;
    for (const call of this.calls) call.letGo();
  }
}

/** One request on its way and its answer on the way back. */
class Call {
  private cancelTimeout: () => void = () => undefined;
  private cancelArrival: () => void = () => undefined;
  private over = false;

  constructor(
    private readonly network: Network,
    private readonly link: Link,
    private readonly node: number,
    private readonly name: string,
    private readonly serve: () => () => void,
    private readonly settle: (settle: () => void) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  send(): void {
    const { network, link, name } = this;
    const { scheduler, weather, cluster } = network;
    if (cluster.stateOf(this.node) === 'down') {
      scheduler.after(network.latency, `refused ${name}`, () => this.fail('connection refused'));
      return;
    }
    this.cancelTimeout = scheduler.after(REQUEST_TIMEOUT_MS, `timeout ${name}`, () =>
      this.fail('no answer in time'),
    );
    if (scheduler.random.chance(weather.requestLost)) link.broken = true;
    if (link.broken) {
      network.seen('a request was lost');
      return;
    }
    const late = scheduler.random.chance(weather.late);
    if (late) network.seen('a request was late');
    const delay = network.latency + (late ? scheduler.random.span(0, weather.lateMs) : 0);
    link.nextArrival = Math.max(link.nextArrival, scheduler.now + delay);
    this.arriveAt(link.nextArrival);
  }

  letGo(): void {
    if (!this.network.scheduler.random.chance(ARRIVES_ALL_THE_SAME)) this.cancelArrival();
    this.fail('the connection was closed');
  }

  private arriveAt(at: number): void {
    const { scheduler } = this.network;
    this.cancelArrival = scheduler.after(at - scheduler.now, `-> ${this.name}`, () =>
      this.arrive(),
    );
  }

  private arrive(): void {
    const { network, link } = this;
    const { scheduler, weather, cluster } = network;
    const state = cluster.stateOf(this.node);
    if (state === 'down') return this.fail('connection reset');
    if (state === 'frozen') return this.arriveAt(scheduler.now + HELD_MS);
    const outcome = this.serve();
    if (this.over) network.seen('a request arrived after its sender had let go');
    if (scheduler.random.chance(weather.doubled)) {
      network.seen('a request arrived twice');
      this.serve();
    }
    if (scheduler.random.chance(weather.answerLost)) {
      network.seen('an answer was lost');
      return;
    }
    link.nextAnswer = Math.max(link.nextAnswer, scheduler.now + network.latency);
    const wait = link.nextAnswer - scheduler.now;
    scheduler.after(wait, `<- ${this.name}`, () => this.end(outcome));
  }

  private fail(why: string): void {
    this.end(() => this.reject(new NoAnswer(`${this.name}: ${why}`)));
  }

  private end(outcome: () => void): void {
    if (this.over) return;
    this.over = true;
    this.cancelTimeout();
    this.settle(outcome);
  }
}
