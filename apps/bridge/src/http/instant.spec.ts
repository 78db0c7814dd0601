import { parseInstant } from './instant.js';

test.each([
  ['1761043800000', 1_761_043_800_000],
  [1_761_043_800_000, 1_761_043_800_000],
  ['2025-10-21T10:50:00Z', 1_761_043_800_000],
  ['2025-10-21T07:50:00-03:00', 1_761_043_800_000],
  ['2025-10-21', 1_761_004_800_000],
])('%p is %d', (text, at) => {
  expect(parseInstant(text)).toBe(at);
});

test.each([
  '',
  'yesterday',
  '2025-10-21T10:50:00',
  '2025-13-41',
  '-5',
  -5,
  1.5,
  null,
  undefined,
  {},
])('%p is no moment', (text) => {
  expect(parseInstant(text)).toBeNull();
});
