import {
  admit,
  ALL_OPEN,
  minFreeBytes,
  retryAfterSeconds,
  type AdmissionFacts,
} from './admission.js';
import { DrainRate } from './drain-rate.js';

const LIMITS = { rows: 1_000, bytes: 10_000, freeDisk: { percent: 5 } } as const;
const IDLE: AdmissionFacts = { rows: 0, bytes: 0, disk: { freeBytes: 500, totalBytes: 1_000 } };

test('closes at the limit and not before', () => {
  expect(admit(ALL_OPEN, { ...IDLE, rows: 999, bytes: 9_999 }, LIMITS)).toEqual(ALL_OPEN);
  expect(admit(ALL_OPEN, { ...IDLE, rows: 1_000 }, LIMITS).rows).toBe(true);
  expect(admit(ALL_OPEN, { ...IDLE, bytes: 10_000 }, LIMITS).bytes).toBe(true);
});

test('opens again below 90 % of the limit', () => {
  const closed = { rows: true, bytes: true, disk: false };
  expect(admit(closed, { ...IDLE, rows: 900, bytes: 9_000 }, LIMITS)).toEqual(closed);
  expect(admit(closed, { ...IDLE, rows: 899, bytes: 8_999 }, LIMITS)).toEqual(ALL_OPEN);
});

test('looks at the free disk with the same patience', () => {
  const disk = (freeBytes: number): AdmissionFacts => ({
    ...IDLE,
    disk: { freeBytes, totalBytes: 1_000 },
  });
  const closed = { ...ALL_OPEN, disk: true };
  expect(admit(ALL_OPEN, disk(50), LIMITS)).toEqual(ALL_OPEN);
  expect(admit(ALL_OPEN, disk(49), LIMITS)).toEqual(closed);
  expect(admit(closed, disk(55), LIMITS)).toEqual(closed);
  expect(admit(closed, disk(56), LIMITS)).toEqual(ALL_OPEN);
});

test('has no opinion on a disk that is on another machine', () => {
  expect(admit({ ...ALL_OPEN, disk: true }, { ...IDLE, disk: null }, LIMITS)).toEqual(ALL_OPEN);
});

test('knows the free disk as a share and as a size', () => {
  expect(minFreeBytes(1_000, { percent: 5 })).toBe(50);
  expect(minFreeBytes(1_000, { bytes: 7 })).toBe(7);
});

test('sends callers away for 1 to 5 seconds, longer where the drain is slow, never all for the same time', () => {
  for (const excess of [-5, 0, 10, 1e9]) {
    for (const rate of [0, 1, 1e6]) {
      for (const random of [0, 0.5, 0.999]) {
        const seconds = retryAfterSeconds(excess, rate, random);
        expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 5).toBe(true);
      }
    }
  }
  expect(retryAfterSeconds(10, 1_000, 0)).toBe(1);
  expect(retryAfterSeconds(10_000, 1_000, 0)).toBe(4);
  expect(retryAfterSeconds(10, 0, 0)).not.toBe(retryAfterSeconds(10, 0, 0.9));
});

test('measures the drain from a counter', () => {
  const drain = new DrainRate();
  drain.note(100, 0);
  expect(drain.perSecond).toBe(0);
  drain.note(300, 1_000);
  expect(drain.perSecond).toBe(200);
  drain.note(400, 1_100);
  expect(drain.perSecond).toBe(200);
  drain.note(300, 3_000);
  expect(drain.perSecond).toBe(0);
});
