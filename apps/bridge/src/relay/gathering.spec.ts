import { Gathering } from './gathering.js';

const MAX = 2_000;
/** What a batch of these takes, in milliseconds, however many records it has. */
const BATCH_MS = 40;

describe('how long a batch waits for more', () => {
  let gathering: Gathering;
  let now: number;

  beforeEach(() => {
    gathering = new Gathering();
    now = 1_000;
  });

  /** A batch that Kafka had in `took`, beside which `ready` wait when it is done. */
  const batch = (records: number, ready: number, took = BATCH_MS): void => {
    gathering.departs(records);
    const departedAt = now;
    now += took;
    gathering.delivered({ departedAt, at: now, records, ready }, MAX);
  };
  /** For how long the next one waits, if nothing comes. */
  const wait = (ready: number): number =>
    gathering.isShort(ready) ? gathering.waitUntil(now) - now : 0;

  /** Two groups of 60 and 68 callers who take turns; those who were answered are back after so long. */
  const takeTurns = (backAfterMs: number, took = BATCH_MS): void => {
    batch(60, 68, took);
    gathering.departs(68);
    gathering.arrived(now + backAfterMs, 60);
    const departedAt = now;
    now += took;
    gathering.delivered({ departedAt, at: now, records: 68, ready: 60 }, MAX);
  };

  it('is not at all before the first, and for a single caller', () => {
    expect(wait(1)).toBe(0);
    batch(1, 0);
    expect(wait(1)).toBe(0);
  });

  it('is a moment where somebody is missing who was there', () => {
    batch(128, 0);
    gathering.arrived(now + 90, 120);
    expect(wait(120)).toBe(5);
    expect(wait(128)).toBe(0);
  });

  it('is no more than there is room for', () => {
    batch(MAX, 500);
    expect(wait(MAX)).toBe(0);
  });

  it.each([
    [100, 12.5],
    [10_000, 50],
  ])('is an eighth of a batch of %d ms', (took, expected) => {
    batch(16, 0, took);
    expect(wait(9)).toBe(expected);
  });

  it('is as long as callers need to come back, where that is less than the batch that they would wait for', () => {
    takeTurns(20);
    expect(wait(60)).toBe(25);
  });

  it('is a moment where they need longer than that', () => {
    takeTurns(31);
    expect(wait(60)).toBe(5);
  });

  it('is a moment where nine of ten have not been seen to come back', () => {
    batch(60, 68);
    gathering.departs(68);
    gathering.arrived(now + 10, 53);
    now += BATCH_MS;
    gathering.delivered({ departedAt: now - BATCH_MS, at: now, records: 68, ready: 53 }, MAX);
    expect(wait(53)).toBe(5);
  });

  it('is a moment where records come by themselves: as many as a batch has take as long as a batch', () => {
    const each = BATCH_MS / 60;
    for (let count = 0; count < 5; count++) {
      gathering.departs(60);
      for (let come = 1; come <= 60; come++) gathering.arrived(now + come * each, come);
      const departedAt = now;
      now += BATCH_MS;
      gathering.delivered({ departedAt, at: now, records: 60, ready: 60 }, MAX);
      expect(wait(60)).toBe(5);
    }
  });

  it('is a moment for twice as many batches after each that it was in vain for', () => {
    const waits: boolean[] = [];
    for (let count = 0; count < 16; count++) {
      takeTurns(20);
      waits.push(wait(60) > 5);
      // Nobody came.
      gathering.departs(60);
    }
    expect(waits.map((long, at) => (long ? at : null)).filter((at) => at !== null)).toEqual([
      0, 3, 8,
    ]);
  });

  it('never exceeds a tenth of a second', () => {
    takeTurns(400, 1_000);
    expect(wait(60)).toBe(100);
  });
});
