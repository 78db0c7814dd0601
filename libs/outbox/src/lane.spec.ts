import { LANES, laneOf } from './lane.js';

describe('the lane of a record', () => {
  it('is the same for the same topic and key, whatever the message id', () => {
    const lanes = ['a', 'b', 'c'].map((id) => laneOf('nf', Buffer.from('NF-1'), id));
    expect(new Set(lanes).size).toBe(1);
  });

  it('never changes between versions, because it is stored with open records', () => {
    expect(laneOf('notas', Buffer.from('NF-000001-001'), 'x')).toBe(24);
    expect(laneOf('notas', null, 'nf-99-01-000001')).toBe(51);
    expect(laneOf('notas', Buffer.alloc(0), 'x')).toBe(18);
  });

  it('spreads keys over all lanes', () => {
    const hits = Array.from({ length: LANES }, () => 0);
    for (let n = 0; n < 6400; n++) {
      const lane = laneOf('notas', Buffer.from(`NF-${n}`), '');
      hits[lane] = (hits[lane] ?? 0) + 1;
    }
    expect(Math.min(...hits)).toBeGreaterThan(50);
    expect(Math.max(...hits)).toBeLessThan(200);
  });

  it('spreads records without a key by their message id', () => {
    const lanes = new Set(Array.from({ length: 640 }, (_, n) => laneOf('t', null, `id-${n}`)));
    expect(lanes.size).toBe(LANES);
  });

  it('keeps the topic apart from the key', () => {
    const pairs = Array.from(
      { length: 200 },
      (_, n) => laneOf(`t${n}`, Buffer.from('k'), '') - laneOf('t', Buffer.from(`${n}k`), ''),
    );
    expect(pairs.filter((difference) => difference === 0).length).toBeLessThan(20);
  });
});
