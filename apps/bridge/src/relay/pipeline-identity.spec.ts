import { SLOTS } from '@bridge/outbox';
import {
  floodOf,
  identify,
  LEDGER_PARTITIONS,
  LEDGERED,
  mainsOf,
  sideOf,
  slotOf,
} from './pipeline-identity.js';

const OUTBOX = '0123456789abcdef';

test('no two pipelines share a partition of the ledger, for numbers or for marks', () => {
  const places = LEDGERED.flatMap((name) => {
    const { partition, markPartition } = identify(OUTBOX, name).slot;
    return [partition, markPartition];
  });
  expect(new Set(places).size).toBe(2 * LEDGERED.length);
  expect(Math.max(...places)).toBeLessThan(LEDGER_PARTITIONS);
});

test('places of released pipelines are where they always were', () => {
  const placeOf = (name: string) => {
    const { partition, markPartition } = identify(OUTBOX, name).slot;
    return [partition, markPartition];
  };
  expect(['side', 'main-0', 'main-14', 'side-7', 'flood-0', 'flood-14'].map(placeOf)).toEqual([
    [0, 16],
    [1, 17],
    [15, 31],
    [39, 47],
    [48, 64],
    [62, 78],
  ]);
});

test('each slot has pipelines of its own, which the ledger knows', () => {
  const all = Array.from({ length: SLOTS }, (_, slot) => {
    const mains = mainsOf(slot, 1);
    return [sideOf(slot), ...mains, ...mains.map(floodOf)];
  });
  expect(new Set(all.flat()).size).toBe(3 * SLOTS);
  for (const [slot, names] of all.entries()) {
    expect(LEDGERED).toEqual(expect.arrayContaining(names));
    expect(names.map(slotOf)).toEqual([slot, slot, slot]);
  }
});
