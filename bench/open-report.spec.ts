import { openChart, openTable, type OpenCell } from './open-report.js';

const figures = (p50: number, p99 = p50, p999 = p99) => ({ count: 9, p50, p99, p999, max: p999 });
const cell: OpenCell = {
  subject: 'accepted',
  perSecond: 1_234.5,
  share: 0.3,
  found: {
    latency: figures(2.34, 20.4, 300.2),
    lateness: figures(0.5, 1.2),
    givenUp: 0,
    unexpected: {},
  },
};

describe('the table of the open loop', () => {
  it('has a row for each rate', () => {
    expect(openTable([cell]).split('\n').slice(2)).toEqual([
      '| accepted | 1,235 | 30 % | 2.3 | 20 | 300 | 1.2 |  |',
    ]);
  });

  it('says where starts were given up, and that the latencies are too low then', () => {
    const found = { ...cell.found, givenUp: 7, unexpected: { 'status 503': 3 } };
    const [row] = openTable([{ ...cell, found }])
      .split('\n')
      .slice(2);
    expect(row).toBe(
      '| accepted | 1,235 | 30 % | > 2.3 | > 20 | > 300 | 1.2 | 7 starts given up; 3 with status 503 |',
    );
  });

  it('says where the generator itself did not keep up', () => {
    const found = { ...cell.found, lateness: figures(1, 12) };
    expect(openTable([{ ...cell, found }])).toContain('| 12 | the generator did not keep up |');
    expect(openTable([cell])).not.toContain('did not keep up');
  });
});

describe('the chart of the open loop', () => {
  it('has a panel for each subject and a line for each percentile', () => {
    const svg = openChart([cell, { ...cell, perSecond: 2_000 }, { ...cell, subject: 'delivered' }]);
    expect(svg.match(/<g /g)).toHaveLength(2);
    expect(svg.match(/<polyline /g)).toHaveLength(6);
    expect(svg).toContain('p99.9');
  });
});
