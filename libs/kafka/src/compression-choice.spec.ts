import { CompressionChoice } from './compression-choice.js';

const KIB = 2 ** 10;

describe('the choice of compression', () => {
  let now = 0;
  let choice: CompressionChoice;

  beforeEach(() => {
    now = 1_000_000;
    choice = new CompressionChoice(() => now);
  });

  const of = (topic: string, bytes: number) => ({ topic, bytes });

  it('is for requests with 4 KiB a partition', () => {
    expect(choice.isLargeEnough([of('a', 4 * KIB)], 1)).toBe(true);
    expect(choice.isLargeEnough([of('a', 4 * KIB - 1)], 1)).toBe(false);
    expect(choice.isLargeEnough([of('a', 6 * KIB), of('b', 2 * KIB)], 2)).toBe(true);
    expect(choice.isLargeEnough([of('a', 6 * KIB), of('b', 2 * KIB)], 3)).toBe(false);
  });

  it('expects nothing of a topic that was never sampled', () => {
    expect(choice.isWorthwhile([of('a', 100 * KIB)])).toBe(false);
  });

  it('wants a sample of what is not known, where there is enough of it', () => {
    const shares = [of('a', 4 * KIB), of('b', 4 * KIB - 1), of('c', 9 * KIB)];
    choice.learn('c', 100, 90);
    expect(choice.toSample(shares)).toEqual(['a']);
  });

  it.each([
    [80, true],
    [81, false],
    [130, false],
  ])('goes by the sample: %i of 100 bytes left', (after, isWorthwhile) => {
    choice.learn('a', 100, after);
    expect(choice.isWorthwhile([of('a', 10 * KIB)])).toBe(isWorthwhile);
  });

  it('weighs the topics of a request by their bytes; one that grows costs nothing', () => {
    choice.learn('shrinks', 100, 20);
    choice.learn('grows', 100, 900);
    expect(choice.isWorthwhile([of('shrinks', 10), of('grows', 30)])).toBe(true);
    expect(choice.isWorthwhile([of('shrinks', 10), of('grows', 31)])).toBe(false);
  });

  it('tries again after a minute, whatever the last sample said', () => {
    choice.learn('a', 100, 20);
    choice.learn('b', 100, 100);
    const shares = [of('a', 9 * KIB), of('b', 9 * KIB)];
    now += 59_999;
    expect(choice.toSample(shares)).toEqual([]);
    now += 1;
    expect(choice.toSample(shares)).toEqual(['a', 'b']);
    choice.learn('b', 100, 10);
    expect(choice.toSample(shares)).toEqual(['a']);
    expect(choice.isWorthwhile([of('b', 9 * KIB)])).toBe(true);
  });

  it('remembers 10,000 topics, the last ones', () => {
    for (let topic = 0; topic <= 10_000; topic++) choice.learn(String(topic), 100, 20);
    expect(choice.isWorthwhile([of('0', 9 * KIB)])).toBe(false);
    expect(choice.isWorthwhile([of('1', 9 * KIB)])).toBe(true);
    expect(choice.isWorthwhile([of('10000', 9 * KIB)])).toBe(true);
  });
});
