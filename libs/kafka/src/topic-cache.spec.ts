import { KafkaError } from './kafka.error.js';
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

  it('remembers that the cluster says nothing of a topic, until it does', () => {
    const cache = cacheAt();
    const facts = { scope: 'topic', retryable: true, outcome: 'not-written' } as const;
    const error = new KafkaError({ code: 'topic_not_authorized', ...facts }, 'no');
    cache.refuse('nf', error);
    expect(cache.get('nf')).toBeNull();
    expect(cache.refusalOf('nf')).toBe(error);
    expect(cache.refusalOf('other')).toBeNull();
    cache.put('nf', { partitions: 3, maxBytes: 1000 });
    expect(cache.refusalOf('nf')).toBeNull();
    cache.refuse('nf', error);
    expect(cache.get('nf')).toMatchObject({ facts: { partitions: 3 } });
  });

  it('holds a bounded number of topics', () => {
    const cache = cacheAt();
    for (let n = 0; n < 10_001; n++) cache.put(`t${n}`, { partitions: 1, maxBytes: null });
    expect(cache.get('t0')).toBeNull();
    expect(cache.get('t10000')).not.toBeNull();
  });
});
