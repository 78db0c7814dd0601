import { contextOf, isKept, newSpanId, newTraceId, traceParentOf } from './trace-context.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

test.each([
  [`00-${TRACE}-b7ad6b7169203331-01`, true],
  [`00-${TRACE}-b7ad6b7169203331-00`, false],
  [`00-${TRACE}-b7ad6b7169203331-03`, true],
  [`cc-${TRACE}-b7ad6b7169203331-09-what-the-future-brings`, true],
])('%s', (text, isSampled) => {
  expect(contextOf(text)).toEqual({ traceId: TRACE, spanId: 'b7ad6b7169203331', isSampled });
});

test('is written as it was read', () => {
  const text = `00-${TRACE}-b7ad6b7169203331-01`;
  expect(traceParentOf(contextOf(text))).toBe(text);
});

test('a ratio keeps its share of the traces, and always the same', () => {
  const ids = Array.from({ length: 20_000 }, newTraceId);
  const kept = ids.filter((id) => isKept(id, 0.25)).length;
  // Seven standard deviations of the binomial distribution.
  expect(Math.abs(kept - 5_000)).toBeLessThan(430);
  expect(ids.every((id) => isKept(id, 1))).toBe(true);
  expect(ids.some((id) => isKept(id, 0))).toBe(false);
  expect(isKept(`${'0'.repeat(18)}3fffffffffffff`, 0.25)).toBe(true);
  expect(isKept(`${'0'.repeat(18)}40000000000000`, 0.25)).toBe(false);
});

test('ids have the length of the standard', () => {
  expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
  expect(newSpanId()).toMatch(/^[0-9a-f]{16}$/);
});
