import { readFileSync } from 'node:fs';
import type { ConsoleLogger } from '@nestjs/common';
import { nodeOptions } from './config/environment.js';
import { dumpCautions } from './config/memory-dumps.js';

/** What is in memory is personal and secret. Nothing is written of it that can be prevented; of the rest it is told. */
export function guardMemory(logger: ConsoleLogger): void {
  switchReportsOff(logger);
  for (const { code, words } of dumpCautions(limits(), nodeOptions())) logger.warn(words, { code });
}

/** Node's diagnostic reports hold all variables of the environment, among them passwords, and words of errors. */
function switchReportsOff(logger: ConsoleLogger): void {
  const { report } = process;
  if (report === undefined) return;
  const { reportOnFatalError, reportOnSignal, reportOnUncaughtException, signal } = report;
  if (!reportOnFatalError && !reportOnSignal && !reportOnUncaughtException) return;
  Object.assign(report, {
    reportOnFatalError: false,
    reportOnSignal: false,
    reportOnUncaughtException: false,
  });
  // Without a listener the signal that asks for a report would end the process.
  if (reportOnSignal) process.on(signal, () => logger.warn('No report is written', { signal }));
  const words = "Node's reports are switched off: they hold the variables, with their secrets";
  logger.warn(words, { code: 'reports_off' });
}

function limits(): string | null {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    // Linux only.
    return null;
  }
}
