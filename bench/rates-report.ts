import { measureBacklogs } from './backlog.js';
import type { Context, Report } from './context.js';
import { FULL, QUICK } from './plan.js';
import { measureRates } from './rates.js';
import { measureByPerfTool } from './perf-tool.js';
import { reportOf } from './report.js';
import { KAFKAJS_TOPIC } from './stack.js';

/** Java is slow before it is warm: the tool gets so many times the records. */
const TOOL_BACKLOGS = 5;

/** Rates and latencies of all subjects in closed loops, and a backlog of each mode. */
export async function measureRatesReport(context: Context): Promise<Report> {
  const { stack, quick, say } = context;
  const size = quick ? QUICK : FULL;
  const candidates = await context.candidates();
  const cells = await measureRates(stack, candidates, size, say);
  say(`A backlog of ${size.backlog} records`);
  const backlogs = await measureBacklogs(stack, candidates, size.backlog);
  const { bootstrap } = stack.kafka;
  const byTool = await measureByPerfTool(bootstrap, KAFKAJS_TOPIC, size.backlog * TOOL_BACKLOGS);
  return { text: reportOf(cells, backlogs, byTool) };
}
