import { measureBacklogs } from './backlog.js';
import type { Context, Report } from './context.js';
import { FULL, QUICK } from './plan.js';
import { measureRates } from './rates.js';
import { reportOf } from './report.js';

/** Rates and latencies of all subjects in closed loops, and a backlog of each mode. */
export async function measureRatesReport(context: Context): Promise<Report> {
  const { stack, quick, say } = context;
  const size = quick ? QUICK : FULL;
  const candidates = await context.candidates();
  const cells = await measureRates(stack, candidates, size, say);
  say(`A backlog of ${size.backlog} records`);
  return { text: reportOf(cells, await measureBacklogs(stack, candidates, size.backlog)) };
}
