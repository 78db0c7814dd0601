import * as fc from 'fast-check';
import type { LeaseView, SlotHolder } from '@bridge/outbox';
import { planLanes } from './lane-plan.js';

const LANES = 64;

/** One round: every live instance plans from what it sees, one after the other. */
function round(holders: readonly SlotHolder[], lanes: (number | null)[]): void {
  const live = [...holders.keys()].filter((slot) => holders[slot] === 'another');
  for (const mine of live) {
    const view: LeaseView = {
      mine: { slot: mine, epoch: 1 },
      holders: holders.map((holder, slot) => (slot === mine ? 'me' : holder)),
      lanes: [...lanes],
    };
    const { give, take } = planLanes(view);
    for (const lane of give) lanes[lane] = null;
    for (const lane of take) lanes[lane] = mine;
  }
}

const counts = (lanes: readonly (number | null)[], slots: readonly number[]): number[] =>
  slots.map((slot) => lanes.filter((owner) => owner === slot).length);

test('a lone instance takes every lane', () => {
  const view: LeaseView = {
    mine: { slot: 0, epoch: 1 },
    holders: ['me', 'nobody'],
    lanes: [null, null, null],
  };
  expect(planLanes(view)).toEqual({ give: [], take: [0, 1, 2] });
});

test('an instance without a slot plans nothing', () => {
  const view: LeaseView = { mine: null, holders: ['another'], lanes: [null, 0] };
  expect(planLanes(view)).toEqual({ give: [], take: [] });
});

test('lanes of one that is gone are left alone until it is dissolved', () => {
  const view: LeaseView = {
    mine: { slot: 0, epoch: 1 },
    holders: ['me', 'gone'],
    lanes: [0, 1, 1, 0],
  };
  expect(planLanes(view)).toEqual({ give: [], take: [] });
});

test('whatever the start, two rounds spread the lanes evenly, and then nothing moves', () => {
  const start = fc.record({
    slots: fc.uniqueArray(fc.integer({ min: 0, max: 7 }), { minLength: 1 }),
    owners: fc.array(fc.option(fc.nat(7)), { minLength: LANES, maxLength: LANES }),
  });
  fc.assert(
    fc.property(start, ({ slots, owners }) => {
      const holders = Array.from({ length: 8 }, (_, slot): SlotHolder => {
        return slots.includes(slot) ? 'another' : 'nobody';
      });
      const lanes = owners.map((owner) => (owner !== null && slots.includes(owner) ? owner : null));
      round(holders, lanes);
      round(holders, lanes);
      const spread = counts(lanes, slots);
      expect(Math.max(...spread) - Math.min(...spread)).toBeLessThanOrEqual(1);
      expect(lanes).not.toContain(null);
      const settled = [...lanes];
      round(holders, lanes);
      expect(lanes).toEqual(settled);
    }),
  );
});

test('a second instance gets half, and no lane moves twice', () => {
  const lanes: (number | null)[] = Array.from({ length: LANES }, () => 0);
  round(['another', 'another'], lanes);
  expect(counts(lanes, [0, 1])).toEqual([32, 32]);
});
