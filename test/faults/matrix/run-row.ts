import type { Findings } from '../../support/oracle/check.js';
import type { FaultyWorld } from './faulty-world.js';
import type { FaultRow, RowReport, Scale } from './row.js';

/** After every fault the bridge delivers again by itself within this time. Seconds. */
const RESUMES_WITHIN = 30;

export interface RowOutcome {
  readonly row: FaultRow;
  /** Null when the row could not be run to its end. */
  readonly report: RowReport | null;
  /** What is wrong, one line each; empty is right. */
  readonly faults: readonly string[];
  readonly seconds: number;
}

/** Runs one row, whatever it throws, and leaves the world well. */
export async function runRow(world: FaultyWorld, row: FaultRow, scale: Scale): Promise<RowOutcome> {
  const from = Date.now();
  let report: RowReport | null = null;
  const faults: string[] = [];
  try {
    report = await row.run(world, scale);
    if (report.injected === 0) faults.push('the fault was never there');
    faults.push(...report.findings.flatMap((found) => wrong(found)));
    const { resumedAfter = 0 } = report;
    if (resumedAfter > RESUMES_WITHIN) faults.push(`nothing was delivered for ${resumedAfter} s`);
  } catch (error: unknown) {
    faults.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  await world.tidy();
  return { row, report, faults, seconds: Math.round((Date.now() - from) / 1_000) };
}

function wrong(findings: Findings): string[] {
  return Object.entries(findings).flatMap(([check, found]: [string, readonly string[]]) =>
    found.length === 0 ? [] : [`${check}: ${found.slice(0, 5).join(' | ')}`],
  );
}
