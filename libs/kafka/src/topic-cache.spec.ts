import { TopicCache } from './topic-cache.js';

describe('TopicCache', () => {
  let now = 1_000_000;
  const cacheAt = () => new TopicCache(() => now);

  it('knows nothing at first', () => {
    expect(cacheAt().get('nf')).toBeNull();
  });

  it('gives a present topic at once and says when to ask again', () => {
    const cache = cacheAt();
    cache.put('nf', { partitions: 3, maxBytes: 1000 });
    expect(cache.get('nf')).toMatchObject({ facts: { partitions: 3 }, stale: false });
    now += 61_000;
    expect(cache.get('nf')).toMatchObject({ facts: { partitions: 3 }, stale: true });
  });

  it('forgets a missing topic after a second, since it may be created any time', () => {
    const cache = cacheAt();
    cache.put('nf', { partitions: 0, maxBytes: null });
    expect(cache.get('nf')).toMatchObject({ facts: { partitions: 0 } });
    now += 1_001;
    expect(cache.get('nf')).toBeNull();
  });

  it('holds a bounded number of topics', () => {
    const cache = cacheAt();
    for (let n = 0; n < 10_001; n++) cache.put(`t${n}`, { partitions: 1, maxBytes: null });
    expect(cache.get('t0')).toBeNull();
    expect(cache.get('t10000')).not.toBeNull();
  });
});
