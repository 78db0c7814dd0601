import { addressKey, RateLimit } from './rate-limit.js';

test('ten seconds of the rate may come at once, then the rate', () => {
  const limit = new RateLimit(5);
  for (let n = 1; n <= 50; n++) {
    expect(limit.take('a', 1_000)).toMatchObject({ isIn: true, remaining: 50 - n, limit: 50 });
  }
  expect(limit.take('a', 1_000)).toEqual({
    isIn: false,
    limit: 50,
    windowS: 10,
    remaining: 0,
    resetS: 10,
    waitS: 1,
  });
  expect(limit.take('b', 1_000).isIn).toBe(true);
  expect(limit.take('a', 1_199).isIn).toBe(false);
  expect(limit.take('a', 1_200).isIn).toBe(true);
  expect(limit.take('a', 1_399).isIn).toBe(false);
  // Quiet for long, it has no more than ten seconds' worth.
  const answers = Array.from({ length: 60 }, () => limit.take('a', 1_000_000).isIn);
  expect(answers.filter((isIn) => isIn)).toHaveLength(50);
});

test('fractions of a millisecond lose nothing', () => {
  for (const now of [0.1, 1 / 3, 12_345.678_9, 987_654_321.123]) {
    const limit = new RateLimit(3);
    const first = limit.take('a', now);
    expect([first.remaining, first.resetS]).toEqual([29, 1]);
    for (let n = 28; n >= 0; n--) expect(limit.take('a', now).remaining).toBe(n);
    expect(limit.take('a', now).isIn).toBe(false);
  }
});

test('what is refused takes nothing', () => {
  const limit = new RateLimit(1);
  for (let n = 0; n < 10; n++) limit.take('a', 0);
  for (let n = 0; n < 1_000; n++) expect(limit.take('a', 999).isIn).toBe(false);
  expect(limit.take('a', 1_000).isIn).toBe(true);
});

test('who comes back every millisecond of a minute is served at the rate', () => {
  const limit = new RateLimit(100);
  let served = 0;
  for (let now = 0; now < 60_000; now++) if (limit.take('a', now).isIn) served++;
  expect(served).toBeGreaterThanOrEqual(6_999);
  expect(served).toBeLessThanOrEqual(7_001);
});

test('ten thousand are remembered, and no more', () => {
  const limit = new RateLimit(1);
  for (let n = 0; n < 10; n++) limit.take('first', 0);
  for (let n = 0; n < 9_999; n++) limit.take(String(n), 0);
  expect(limit.take('first', 0).isIn).toBe(false);
  limit.take('one more', 0);
  expect(limit.take('first', 0).isIn).toBe(true);
});

test.each<[string, string]>([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::6', '2001:db8:1:2'],
  ['2001:db8::6', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
  ['fe80::1%eth0', 'fe80:0:0:0'],
  ['', ''],
])('%s is one of %s', (address, expected) => {
  expect(addressKey(address)).toBe(expected);
});
