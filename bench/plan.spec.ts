import { FULL, LIST_CLIENTS, LIST_SUBJECTS, plan, QUICK, SUBJECTS } from './plan.js';

describe('the plan', () => {
  it('runs every subject with every number of clients, once a round', () => {
    const cells = plan({ clients: [1, 32], rounds: 3 });
    const once = SUBJECTS.length * 2 + LIST_SUBJECTS.length;
    expect(cells).toHaveLength(once * 3);
    for (const subject of SUBJECTS) {
      const own = cells.filter((cell) => cell.subject === subject);
      expect(own.filter(({ clients }) => clients === 32)).toHaveLength(3);
    }
  });

  it('runs lists beside single POSTs by as many clients', () => {
    const cells = plan({ clients: [1], rounds: 1 });
    const beside = cells.filter(({ clients }) => clients === LIST_CLIENTS);
    expect(beside.map(({ subject }) => subject)).toEqual(LIST_SUBJECTS);
  });

  it('goes the other way in every other round', () => {
    const cells = plan({ clients: [1, 32], rounds: 2 });
    expect(cells.toReversed()).toEqual(cells);
    expect(cells[0]).toEqual({ subject: 'kafkajs-single', clients: 1 });
  });

  it('keeps the closed loops of a run below what the whole run may take', () => {
    for (const [size, seconds] of [[FULL, 380] as const, [QUICK, 10] as const]) {
      const cells = plan(size).length;
      expect((cells * (size.warmUpMs + size.measureMs)) / 1_000).toBeLessThan(seconds);
    }
  });
});
