import { figuresOf, merge, type Measurement } from './measurement.js';
import { ratio } from './report.js';

/** The same work, in several ways side by side, round after round. */
export interface Compared {
  readonly title: string;
  readonly ways: readonly { readonly name: string; readonly rounds: Measurement[] }[];
}

/** As Markdown; rates and medians beside those of the first way. */
export function table({ title, ways }: Compared): string {
  const [base] = ways;
  const rows = ways.map(({ name, rounds }) => {
    const { perSecond: rate, p50, p99 } = figuresOf(merge(rounds));
    const beside = base === undefined || rounds === base.rounds ? '' : ratio(rounds, base.rounds);
    const latency =
      base === undefined || rounds === base.rounds
        ? ''
        : `${(p50 / figuresOf(merge(base.rounds)).p50).toFixed(2)} ×`;
    const unexpected = Object.entries(merge(rounds).unexpected).map(([what, n]) => `${n} ${what}`);
    const cells = [
      [name, ...unexpected].join('; '),
      Math.round(rate).toLocaleString('en-GB'),
      p50.toFixed(1),
      p99.toFixed(1),
      beside,
      latency,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const head = [title, 'records/s', 'p50 ms', 'p99 ms', 'rate', 'p50'];
  return [`| ${head.join(' | ')} |`, '| --- | --: | --: | --: | --- | --- |', ...rows].join('\n');
}

export function perSecond(measurement: Measurement): string {
  return Math.round(figuresOf(measurement).perSecond).toLocaleString('en-GB');
}
