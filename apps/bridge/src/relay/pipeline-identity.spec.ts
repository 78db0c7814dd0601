import { SLOTS } from '@bridge/outbox';
import {
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
  expect(['side', 'main-0', 'main-14'].map(placeOf)).toEqual([
    [0, 16],
    [1, 17],
    [15, 31],
  ]);
});

test('each slot has pipelines of its own, which the ledger knows', () => {
  const all = Array.from({ length: SLOTS }, (_, slot) => [sideOf(slot), ...mainsOf(slot, 1)]);
  expect(new Set(all.flat()).size).toBe(2 * SLOTS);
  for (const [slot, names] of all.entries()) {
    expect(LEDGERED).toEqual(expect.arrayContaining(names));
    expect(names.map(slotOf)).toEqual([slot, slot]);
  }
});
