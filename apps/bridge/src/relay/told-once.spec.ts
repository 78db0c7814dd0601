import { ConsoleLogger, Logger } from '@nestjs/common';
import { OutboxError } from '@bridge/outbox';
import { Pipeline, type PipelinePorts } from './pipeline.js';
import { Progress } from './progress.js';
import { SidePipeline, type SidePorts } from './side-pipeline.js';

class Told extends ConsoleLogger {
  readonly lines: unknown[][] = [];

  override error(...line: unknown[]): void {
    this.lines.push(line.slice(0, 2));
  }
}

const AWAY = new OutboxError('storage_unavailable', 'it does not answer');
const ROUNDS = 7;

/** A database that is away, back for one round, and away again: each step of it asks here. */
function patience(): { readonly ask: () => void; readonly stop: AbortController } {
  const stop = new AbortController();
  let rounds = 0;
  const ask = (): void => {
    if (++rounds === ROUNDS) stop.abort();
    if (rounds !== 4) throw AWAY;
  };
  return { ask, stop };
}

describe('a database that does not answer', () => {
  let told: Told;

  beforeEach(() => Logger.overrideLogger((told = new Told())));
  afterAll(() => Logger.overrideLogger(false));

  const clock = {
    now: () => 0,
    random: () => 0,
    sleep: () => new Promise<void>((done) => setImmediate(done)),
  };
  const line = (name: string): unknown[] => [
    `${name}: OutboxError: it does not answer`,
    { pipeline: name, code: 'storage_unavailable' },
  ];

  it('is told by a main pipeline once each time, and not at each try', async () => {
    const { ask, stop } = patience();
    const ports = {
      clock,
      progress: new Progress('main-0', clock.now),
      feed: { rest: ask, hasWork: false },
      delivery: { ready: () => Promise.resolve(true), heartbeat: () => Promise.resolve() },
    } as unknown as PipelinePorts;
    const pipeline = new Pipeline(
      'main-0',
      ports,
      { maxRecords: 1, maxBytes: 1, lingerMs: 0 },
      true,
    );
    pipeline.wake();
    await pipeline.run(stop.signal);
    expect(told.lines).toEqual([line('main-0'), line('main-0')]);
  });

  it('is told by the side pipeline once each time, and not at each try', async () => {
    const { ask, stop } = patience();
    const ports = {
      clock,
      progress: new Progress('side', clock.now),
      deadLetters: {
        next: () => {
          ask();
          pipeline.wake();
          return Promise.resolve([]);
        },
        nextAt: 0,
      },
      choice: { dueRetries: () => Promise.resolve([]) },
      whole: { send: () => Promise.resolve(false) },
      isolated: { next: () => Promise.resolve([]) },
      blocks: { quarantined: () => [] },
      transactions: { nextTryAt: 0 },
      store: { nextRetryAt: () => Promise.resolve(null) },
      deliveries: { 'exactly-once': { heartbeat: () => Promise.resolve() } },
    } as unknown as SidePorts;
    const pipeline = new SidePipeline(ports, 1);
    await pipeline.run(stop.signal);
    expect(told.lines).toEqual([line('side'), line('side')]);
  });
});
