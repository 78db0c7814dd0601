import { Batcher } from './batcher.js';

describe('Batcher', () => {
  it('sends what has gathered while the last sending was under way, as much as fits', async () => {
    const sent: number[][] = [];
    const gates: (() => void)[] = [];
    const batcher = new Batcher<number>((items) => {
      sent.push([...items]);
      return new Promise((resolve) => gates.push(resolve));
    }, 3);

    const all = Promise.all([1, 2, 3, 4, 5].map((item) => batcher.add(item)));
    expect(sent).toEqual([[1]]);
    while (sent.flat().length < 5) {
      gates.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    gates.shift()?.();
    await all;
    expect(sent).toEqual([[1], [2, 3, 4], [5]]);
  });

  it('tells those of a failed sending only, and goes on', async () => {
    const batcher = new Batcher<number>(
      (items) => (items.includes(1) ? Promise.reject(new Error('no')) : Promise.resolve()),
      10,
    );
    const first = batcher.add(1);
    const second = batcher.add(2);
    await expect(first).rejects.toThrow('no');
    await expect(second).resolves.toBeUndefined();
  });
});
