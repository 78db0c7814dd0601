import { ALERTS, alertsOf, endOf, type AlertFacts, type AlertName } from './alerts.js';

const WELL: AlertFacts = {
  deadLetters: 0,
  stoppedBy: null,
  oldestMs: 0,
  waiting: 0,
  waitsFor: null,
  freeBytes: 100 * 2 ** 20,
};
const LIMITS = { backlogAgeMs: 300_000, minFreeBytes: 10 * 2 ** 20 };
const found = (facts: Partial<AlertFacts>, ...standing: AlertName[]) =>
  Object.fromEntries(alertsOf({ ...WELL, ...facts }, LIMITS, new Set(standing)));

test('nothing is told while all is well, or the disk is somewhere else', () => {
  expect(found({})).toEqual({});
  expect(found({ freeBytes: null })).toEqual({});
});

test('each trouble is told in words of its own', () => {
  const facts = { deadLetters: 3, stoppedBy: 'LEDGER_AHEAD', oldestMs: 360_000, waiting: 42 };
  expect(found({ ...facts, waitsFor: 'kafka_unavailable', freeBytes: 15 * 2 ** 20 })).toEqual({
    dead_letters: '3 dead letters wait to be replayed or discarded',
    delivery_stopped: 'delivery has stopped for good: LEDGER_AHEAD. Records are still accepted',
    backlog_old: '42 records wait for Kafka, the oldest for 6 minutes: kafka_unavailable',
    disk_low:
      'the disk of the outbox is nearly full: 15 MiB are free, at 10 MiB new records are refused',
  });
});

test.each<[Partial<AlertFacts>, AlertName, boolean, boolean]>([
  [{ oldestMs: 300_000 }, 'backlog_old', false, true],
  [{ oldestMs: 300_001 }, 'backlog_old', true, true],
  [{ oldestMs: 150_000 }, 'backlog_old', false, false],
  [{ freeBytes: 20 * 2 ** 20 }, 'disk_low', false, true],
  [{ freeBytes: 20 * 2 ** 20 - 1 }, 'disk_low', true, true],
  [{ freeBytes: 25 * 2 ** 20 }, 'disk_low', false, false],
])('%j: %s begins %s, goes on %s', (facts, name, begins, goesOn) => {
  expect(name in found(facts)).toBe(begins);
  expect(name in found(facts, name)).toBe(goesOn);
});

test('every end has words', () => {
  expect(ALERTS.map((name) => endOf(name)).every((words) => words.length > 10)).toBe(true);
});
