import { announcedBytes, BodyBudget } from './body-budget.js';

test('lets no body in above the limit, and lets the next one in when one is given back', () => {
  const budget = new BodyBudget(100);
  expect(budget.tryReserve(60)).toBe(true);
  expect(budget.tryReserve(41)).toBe(false);
  expect(budget.tryReserve(40)).toBe(true);
  expect(budget.used).toBe(100);
  budget.release(60);
  expect(budget.tryReserve(60)).toBe(true);
});

test.each([
  [{}, 0],
  [{ 'content-length': '0' }, 0],
  [{ 'content-length': '12' }, 12],
  [{ 'content-length': '5000' }, 5000],
  [{ 'transfer-encoding': 'chunked' }, 1000],
])('%j announces %d bytes', (headers, bytes) => {
  expect(announcedBytes(headers, 1000)).toBe(bytes);
});
