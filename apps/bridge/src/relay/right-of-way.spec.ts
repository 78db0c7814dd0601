import { RightOfWay } from './right-of-way.js';

/** A clock whose time passes when a test says so. */
class HandClock {
  time = 0;
  private readonly sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      this.sleepers.add({ at: this.time + ms, wake: resolve });
      signal?.addEventListener('abort', () => resolve());
    });
  }

  async pass(ms: number): Promise<void> {
    this.time += ms;
    for (const sleeper of this.sleepers) {
      if (sleeper.at > this.time) continue;
      this.sleepers.delete(sleeper);
      sleeper.wake();
    }
    await settled();
  }
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the right of way', () => {
  let clock: HandClock;
  let way: RightOfWay;
  let turns: number;

  beforeEach(() => {
    clock = new HandClock();
    way = new RightOfWay(clock);
    turns = 0;
  });

  const ask = async (): Promise<void> => {
    void way.give().then(() => turns++);
    await settled();
  };
  const batch = async (ms: number): Promise<void> => {
    way.depart();
    await clock.pass(ms);
    way.arrive();
    await settled();
  };

  it('is nobody’s while nobody else sends', async () => {
    await ask();
    expect(turns).toBe(1);
    await batch(20);
    await clock.pass(10);
    await ask();
    expect(turns).toBe(2);
  });

  it('belongs to two batches of the others, then to the flood', async () => {
    way.depart();
    await ask();
    await batch(20);
    await clock.pass(9);
    expect(turns).toBe(0);
    await batch(20);
    expect(turns).toBe(1);
  });

  it('is the flood’s as soon as nobody comes back', async () => {
    way.depart();
    await ask();
    await batch(20);
    await clock.pass(9);
    expect(turns).toBe(0);
    await clock.pass(1);
    expect(turns).toBe(1);
  });

  it('is not kept from the flood by a batch that takes long', async () => {
    way.depart();
    await ask();
    await clock.pass(99);
    expect(turns).toBe(0);
    await clock.pass(1);
    expect(turns).toBe(1);
  });

  it('does not count what was no batch', async () => {
    way.depart();
    way.arrive();
    await ask();
    way.arrive();
    way.arrive();
    await settled();
    expect(turns).toBe(0);
  });
});
