import { chart, type Panel } from './chart.js';

const labels = { x: 'records/s', y: 'ms' };
const panel = (points: Panel['lines'][number]['points']): Panel => {
  return { title: 'a < b & c', lines: [{ name: 'p50', points }] };
};
const polyline = (svg: string): string[] =>
  (/<polyline points="([^"]*)"/.exec(svg)?.[1] ?? '').split(' ').filter((place) => place !== '');

describe('the chart', () => {
  it('draws higher what is slower, and further right what is more', () => {
    const svg = chart(
      [
        panel([
          { x: 0, y: 1 },
          { x: 1_000, y: 10 },
          { x: 2_000, y: 100 },
        ]),
      ],
      labels,
    );
    expect(polyline(svg)).toEqual(['0,220', '150,110', '300,0']);
  });

  it('has the same height for the same latency in every panel', () => {
    const both = [panel([{ x: 1, y: 1 }]), panel([{ x: 1, y: 1_000 }])];
    const heights = chart(both, labels).matchAll(/cy="([^"]*)"/g);
    expect([...heights].map(([, height]) => Number(height))).toEqual([220, 0]);
  });

  it('leaves out what is no number', () => {
    const svg = chart(
      [
        panel([
          { x: 1, y: Number.NaN },
          { x: 2, y: 5 },
        ]),
      ],
      labels,
    );
    expect(polyline(svg)).toHaveLength(1);
    expect(svg).not.toContain('NaN');
    expect(chart([panel([])], labels)).not.toMatch(/NaN|Infinity/);
  });

  it('is XML whatever the names are', () => {
    expect(chart([panel([])], labels)).toContain('>a &lt; b &amp; c</text>');
  });
});
