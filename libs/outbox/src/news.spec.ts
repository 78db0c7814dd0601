import { NewsOfCommit } from './news.js';

test('the range of a commit holds all its ids, however many they are', () => {
  const news = new NewsOfCommit();
  expect(news.isEmpty).toBe(true);
  news.noteAccepted([]);
  expect(news.accepted).toBeNull();
  news.noteAccepted(Array.from({ length: 500_000 }, (_, index) => 10 + index));
  news.noteAccepted([7]);
  expect(news.accepted).toEqual([7, 500_009]);
});
