import { FULL, plan, QUICK, SUBJECTS } from './plan.js';

describe('the plan', () => {
  it('runs every subject with every number of clients, once a round', () => {
    const cells = plan({ clients: [1, 32], rounds: 3 });
    expect(cells).toHaveLength(SUBJECTS.length * 2 * 3);
    for (const subject of SUBJECTS) {
      const own = cells.filter((cell) => cell.subject === subject);
      expect(own.filter(({ clients }) => clients === 32)).toHaveLength(3);
    }
  });

  it('goes the other way in every other round', () => {
    const cells = plan({ clients: [1, 32], rounds: 2 });
    expect(cells.toReversed()).toEqual(cells);
    expect(cells[0]).toEqual({ subject: 'kafkajs-single', clients: 1 });
  });

  it('keeps the closed loops of a run below what the whole run may take', () => {
    for (const [size, seconds] of [[FULL, 240] as const, [QUICK, 35] as const]) {
      const cells = plan(size).length;
      expect((cells * (size.warmUpMs + size.measureMs)) / 1_000).toBeLessThan(seconds);
    }
  });
});
