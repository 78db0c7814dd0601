import { readPreference } from './preference.js';
import { isTraceParent } from '../tracing/index.js';

test.each<[string | undefined, number, boolean, string | null]>([
  [undefined, 5_000, false, null],
  ['wait=2', 2_000, false, 'wait=2'],
  ['wait=0', 0, false, 'wait=0'],
  ['wait="3"', 3_000, false, 'wait=3'],
  ['WAIT = 3 ; x=y', 3_000, false, 'wait=3'],
  ['wait=600', 60_000, false, 'wait=60'],
  ['respond-async', 0, true, 'respond-async'],
  ['respond-async, wait=1', 1_000, true, 'respond-async, wait=1'],
  ['wait=1, wait=9', 1_000, false, 'wait=1'],
  ['return=minimal', 5_000, false, null],
  ['wait=-1', 5_000, false, null],
  ['wait=abc', 5_000, false, null],
  ['', 5_000, false, null],
])('Prefer: %s', (prefer, waitMs, async, applied) => {
  expect(readPreference(prefer, 5_000)).toEqual({ waitMs, async, applied });
});

const TRACE = '0af7651916cd43dd8448eb211c80319c';

test.each<[string, boolean]>([
  [`00-${TRACE}-b7ad6b7169203331-01`, true],
  [`ff-${TRACE}-b7ad6b7169203331-01`, false],
  [`00-${'0'.repeat(32)}-b7ad6b7169203331-01`, false],
  [`00-${TRACE}-${'0'.repeat(16)}-01`, false],
  [`00-${TRACE.toUpperCase()}-b7ad6b7169203331-01`, false],
  [`00-${TRACE}-b7ad6b7169203331-01, 00-x`, false],
])('traceparent %s', (text, valid) => {
  expect(isTraceParent(text)).toBe(valid);
});
