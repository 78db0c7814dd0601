import type { Context, Report } from './context.js';
import { JobProcess } from './job-process.js';
import { measureCell } from './measure-cell.js';
import { figuresOf } from './measurement.js';
import type { OpenJob } from './open-load.js';
import type { OpenMeasurement } from './open-loop.js';
import { openChart, openTable, type OpenCell } from './open-report.js';
import { accepting, delivering, waitUntilDrained } from './posting.js';
import type { Mode } from './stack.js';

const FULL = {
  shares: [0.1, 0.3, 0.6, 0.9],
  closed: { clients: 128, warmUpMs: 2_000, measureMs: 4_000 },
  open: { connections: 256, maxWaiting: 5_000, warmUpMs: 2_000, measureMs: 15_000 },
};
const QUICK: typeof FULL = {
  shares: [0.3],
  closed: { clients: 128, warmUpMs: 100, measureMs: 500 },
  open: { connections: 256, maxWaiting: 5_000, warmUpMs: 100, measureMs: 500 },
};
const CHART = 'open-loop.svg';

interface Subject {
  readonly title: string;
  readonly end: 'accepted' | 'delivered';
  readonly mode: Mode;
}

const SUBJECTS: readonly Subject[] = [
  { title: 'accepted, exactly once', end: 'accepted', mode: 'exactly-once' },
  { title: 'delivered, exactly once', end: 'delivered', mode: 'exactly-once' },
  { title: 'delivered, at least once', end: 'delivered', mode: 'at-least-once' },
];

/** Latencies at parts of the rate that a closed loop reaches, in the same run. */
export async function measureOpen(context: Context): Promise<Report> {
  const { stack, say } = context;
  const size = context.quick ? QUICK : FULL;
  const load = await JobProcess.start<OpenJob, OpenMeasurement>('open-load.js');
  stack.onStop(() => load.stop());
  const candidates = await context.candidates();
  const cells: OpenCell[] = [];
  for (const { title, end, mode } of SUBJECTS) {
    const closed = await measureCell(stack, candidates, `${end}-${mode}`, size.closed);
    const reached = figuresOf(closed).perSecond;
    say(`${title}: ${Math.round(reached)}/s in a closed loop`);
    const bridge = candidates.bridges[mode];
    for (const share of size.shares) {
      const pace = { ...size.open, perSecond: Math.max(1, reached * share) };
      const post = end === 'accepted' ? accepting : delivering;
      const { pace: _closed, ...target } = post([bridge.port], size.closed);
      const found = await load.run({ target, pace });
      await waitUntilDrained(bridge);
      cells.push({ subject: title, perSecond: pace.perSecond, share, found });
      say(`${title} at ${Math.round(pace.perSecond)}/s: p99 ${found.latency.p99.toFixed(1)} ms`);
    }
  }
  const picture = `![Latency over the rate](${CHART})`;
  return { text: `${openTable(cells)}\n\n${picture}`, files: { [CHART]: openChart(cells) } };
}
