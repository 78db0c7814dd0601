import type { Measurement } from './measurement.js';
import { sideBySide } from './side-by-side.js';

describe('side by side', () => {
  it('each way is run once a round, every other round backwards', async () => {
    const order: string[] = [];
    const way = (name: string, seconds: number) => ({
      name,
      run: (): Promise<Measurement> => {
        order.push(name);
        const latenciesMs = Float64Array.of(order.length);
        return Promise.resolve({ seconds, latenciesMs, recordsPerAnswer: 1, unexpected: {} });
      },
    });
    const works = [
      { title: 'one', ways: [way('a', 1), way('b', 2)] },
      { title: 'two', ways: [way('c', 3)] },
    ];
    const found = await sideBySide(works, 2, () => undefined);
    expect(order.join('')).toBe('abccba');
    expect(found.map(({ title }) => title)).toEqual(['one', 'two']);
    const calls = found.map(({ ways }) =>
      ways.map(({ rounds }) => rounds.map(({ latenciesMs }) => latenciesMs[0])),
    );
    // The number of the call, of each way.
    expect(calls).toEqual([
      [
        [1, 6],
        [2, 5],
      ],
      [[3, 4]],
    ]);
  });
});
