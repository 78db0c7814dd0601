import { ClockWatch } from './clock-watch.js';

test('a clock that is set is told apart from time that passes', () => {
  const time = { now: 1_700_000_000_000, passed: 5_000 };
  const watch = new ClockWatch(
    () => time.now,
    () => time.passed,
  );
  time.now += 60_000;
  time.passed += 60_000;
  expect(watch.stepSeconds).toBe(0);
  expect(watch.seconds).toBe(1_700_000_060);
  time.now -= 3_600_000;
  expect(watch.stepSeconds).toBe(-3_600);
});
